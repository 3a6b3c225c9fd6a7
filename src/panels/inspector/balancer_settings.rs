//! A balancer's settings: policy, health checks, ejection, tries.

use crate::lab::use_lab;
use crate::panels::fields::{Choice, Field, Slider, Switch};
use crate::panels::format::{percent, setting};
use balancer::{Ejection, HealthCheck, Policy};
use simulation::time::{from_seconds, seconds};
use simulation::{Action, Nanos};
use yew::prelude::*;

/// The shortest span that the fields set, in seconds.
const SHORTEST: f64 = 0.001;
/// The longest span that the fields set, in seconds.
const LONGEST: f64 = 3_600.0;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The balancer.
    pub(super) name: String,
    /// Its settings.
    pub(super) settings: balancer::Settings,
}

/// The settings; drawn again only when they change.
#[component]
pub(super) fn Settings(props: &Props) -> Html {
    let lab = use_lab();
    let settings = &props.settings;
    let act = {
        let lab = lab.clone();
        Callback::from(move |action| {
            lab.act(action);
        })
    };
    let name = props.name.clone();
    let tries = {
        let name = name.clone();
        // The field takes whole numbers from 1 to 10.
        act.reform(move |value| Action::SetMaxAttempts(name.clone(), value as u32))
    };
    html! {
        <>
            <h3>{ "Policy" }</h3>
            { policy(&name, &settings.policy, &act) }
            <h3>{ "Failures" }</h3>
            <div class="fields">
                <Field id="balancer-tries" label="Tries per call" of={name.clone()} value={f64::from(settings.max_attempts)} min={1.0} max={10.0} whole=true
                    slider={Slider::Even(1.0, 10.0, 1.0)} set={tries} />
                <p class="explained">{ format!("A try is given up after {} without an answer.", setting(settings.attempt_timeout)) }</p>
            </div>
            { checks(&name, settings.health_check, &act) }
            { ejection(&name, settings.ejection, &act) }
        </>
    }
}

fn policy(name: &str, policy: &Policy, act: &Callback<Action>) -> Html {
    let options = Policy::all()
        .iter()
        .map(|it| (it.slug(), it.name()))
        .collect::<Vec<_>>();
    let chosen = {
        let (name, act) = (name.to_owned(), act.clone());
        Callback::from(move |slug: String| {
            if let Some(policy) = Policy::from_slug(&slug) {
                act.emit(Action::SetPolicy(name.clone(), policy));
            }
        })
    };
    let owner = name.to_owned();
    let parameter = match policy {
        Policy::PeakEwma { decay } => html! {
            <Field id="balancer-decay" label="Decay of the estimate" unit="s" of={owner.clone()} value={seconds(*decay)} min={SHORTEST} max={LONGEST}
                slider={Slider::Log(0.1, 60.0)} set={act.reform(move |value| Action::SetPolicy(owner.clone(), Policy::PeakEwma { decay: from_seconds(value) }))} />
        },
        Policy::RingHash { points_per_weight } => html! {
            <Field id="balancer-points" label="Points per weight" of={owner.clone()} value={f64::from(*points_per_weight)} min={1.0} max={1024.0} whole=true
                slider={Slider::Log(1.0, 1024.0)}
                set={act.reform(move |value| Action::SetPolicy(owner.clone(), Policy::RingHash { points_per_weight: libm::round(value) as u32 }))} />
        },
        _ => Html::default(),
    };
    html! {
        <div class="fields">
            <Choice id="balancer-policy" label="Chooses by" {options} value={policy.slug()} set={chosen} />
            <p class="explained">{ policy.idea() }</p>
            <p class="explained weakness"><strong>{ "Known failure: " }</strong>{ policy.known_failure() }</p>
            { parameter }
        </div>
    }
}

fn checks(name: &str, check: Option<HealthCheck>, act: &Callback<Action>) -> Html {
    let owner = name.to_owned();
    let switch = act.reform(move |on: bool| {
        Action::SetHealthCheck(owner.clone(), on.then(HealthCheck::default))
    });
    let Some(check) = check else {
        return html! {
            <div class="fields">
                <Switch label="Health checks" on=false set={switch} />
                <p class="explained">{ "Nobody asks the servers how they are." }</p>
            </div>
        };
    };
    let set = |change: fn(&mut HealthCheck, f64)| {
        let owner = name.to_owned();
        act.reform(move |value| {
            let mut check = check;
            change(&mut check, value);
            Action::SetHealthCheck(owner.clone(), Some(check))
        })
    };
    let of = AttrValue::from(name.to_owned());
    let (soonest, latest) = gap(&check);
    html! {
        <div class="fields">
            <Switch label="Health checks" on=true set={switch} />
            // A timeout may not exceed its interval: it follows.
            <Field id="check-interval" label="Interval" unit="s" of={of.clone()} value={seconds(check.interval)} min={SHORTEST} max={LONGEST}
                slider={Slider::Log(0.1, 10.0)} set={set(|check, value| { check.interval = from_seconds(value); check.timeout = check.timeout.min(check.interval); })} />
            <Field id="check-timeout" label="Timeout" unit="s" of={of.clone()} value={seconds(check.timeout)} min={SHORTEST} max={seconds(check.interval)}
                set={set(|check, value| check.timeout = from_seconds(value))} />
            <Field id="check-fall" label="Fall, failures to go down" of={of.clone()} value={f64::from(check.fall)} min={1.0} max={100.0} whole=true
                set={set(|check, value| check.fall = value as u32)} />
            <Field id="check-rise" label="Rise, passes to come up" {of} value={f64::from(check.rise)} min={1.0} max={100.0} whole=true
                set={set(|check, value| check.rise = value as u32)} />
            <p class="explained">{ format!("A silent death is found after {} to {}.", setting(soonest), setting(latest)) }</p>
        </div>
    }
}

/// The soonest and the latest that checks discover a silent death (see `balancer::HealthCheck`).
fn gap(check: &HealthCheck) -> (Nanos, Nanos) {
    let before = check
        .interval
        .saturating_mul(u64::from(check.fall).saturating_sub(1));
    let soonest = before.saturating_add(check.timeout);
    (soonest, soonest.saturating_add(check.interval))
}

fn ejection(name: &str, ejection: Option<Ejection>, act: &Callback<Action>) -> Html {
    let owner = name.to_owned();
    let switch =
        act.reform(move |on: bool| Action::SetEjection(owner.clone(), on.then(Ejection::default)));
    let Some(ejection) = ejection else {
        return html! {
            <div class="fields">
                <Switch label="Ejection" on=false set={switch} />
                <p class="explained">{ "Failed attempts alone take no server out." }</p>
            </div>
        };
    };
    let set = |change: fn(&mut Ejection, f64)| {
        let owner = name.to_owned();
        act.reform(move |value| {
            let mut ejection = ejection;
            change(&mut ejection, value);
            Action::SetEjection(owner.clone(), Some(ejection))
        })
    };
    let of = AttrValue::from(name.to_owned());
    html! {
        <div class="fields">
            <Switch label="Ejection" on=true set={switch} />
            <Field id="eject-after" label="Failures in a row" of={of.clone()} value={f64::from(ejection.consecutive_failures)} min={1.0} max={1000.0} whole=true
                set={set(|it, value| it.consecutive_failures = value as u32)} />
            // The longest may not be shorter than the first: it follows.
            <Field id="eject-base" label="First time out" unit="s" of={of.clone()} value={seconds(ejection.base_time)} min={SHORTEST} max={LONGEST}
                set={set(|it, value| { it.base_time = from_seconds(value); it.max_time = it.max_time.max(it.base_time); })} />
            <Field id="eject-max" label="Longest time out" unit="s" of={of.clone()} value={seconds(ejection.max_time)} min={seconds(ejection.base_time)} max={LONGEST}
                set={set(|it, value| it.max_time = from_seconds(value))} />
            <Field id="eject-share" label="At most, of all servers" unit="%" {of} value={f64::from(ejection.max_percent)} min={0.0} max={100.0} whole=true
                set={set(|it, value| it.max_percent = value as u32)} />
            <p class="explained">{ out(&ejection) }</p>
        </div>
    }
}

fn out(ejection: &Ejection) -> String {
    if ejection.max_percent == 0 {
        return "At 0 % no server is ever ejected.".to_owned();
    }
    format!(
        "A server that fails {} attempts in a row is left out for {}, longer each time. One of several may always go; more, up to {} of them.",
        ejection.consecutive_failures,
        setting(ejection.base_time),
        percent(f64::from(ejection.max_percent) / 100.0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulation::time::SECOND;

    #[test]
    fn the_gap_of_haproxys_defaults() {
        assert_eq!(gap(&HealthCheck::default()), (6 * SECOND, 8 * SECOND));
    }
}
