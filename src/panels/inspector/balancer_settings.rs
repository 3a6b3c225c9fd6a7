//! A balancer's settings: its policy in words, and all of them as a file has them.

use super::sheet::sheet;
use super::{explained, heading};
use crate::lab::use_lab;
use crate::markup::{el, group, part};
use crate::panels::fields::{Choice, ChoiceProps};
use crate::panels::format::{percent, setting};
use balancer::{Ejection, HealthCheck, Policy};
use simulation::file::sheet::Subject;
use simulation::{Action, Nanos};
use yew::prelude::*;

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
    let Props { name, settings } = props;
    let policy = &settings.policy;
    let options = Policy::all()
        .iter()
        .map(|it| (it.slug(), it.name().into()))
        .collect::<Vec<_>>();
    let chosen = {
        let name = name.clone();
        Callback::from(move |slug: String| {
            if let Some(policy) = Policy::from_slug(&slug) {
                lab.act(Action::SetPolicy(name.clone(), policy));
            }
        })
    };
    let subject = Subject::Balancer(name.clone(), Box::new(settings.clone()));
    let choice = part::<Choice>(ChoiceProps {
        id: "balancer-policy".into(),
        label: "Chooses by".into(),
        options,
        value: policy.slug(),
        set: chosen,
    });
    let weakness = explained(el("strong").with("Known failure: "))
        .class("weakness")
        .with(policy.known_failure());
    let fields = el("div")
        .class("fields")
        .with(choice)
        .with(explained(policy.idea()))
        .with(weakness);
    group()
        .with(heading("Policy"))
        .with(fields)
        .with(sheet(subject.clone(), "policy.", ""))
        .with(heading("Failures"))
        .with(sheet(subject.clone(), "health_check", ""))
        .with(explained(checks(settings.health_check)))
        .with(sheet(subject.clone(), "ejection", ""))
        .with(explained(out(settings.ejection)))
        .with(sheet(
            subject,
            "max_attempts attempt_timeout standing slow_start protection",
            "Attempts, backups, protection…",
        ))
        .html()
}

fn checks(check: Option<HealthCheck>) -> String {
    check.map_or(
        "Nobody asks the servers how they are.".to_owned(),
        |check| {
            let (soonest, latest) = gap(&check);
            format!(
                "A silent death is found after {} to {}.",
                setting(soonest),
                setting(latest)
            )
        },
    )
}

/// The soonest and the latest that checks discover a silent death (see `balancer::HealthCheck`).
fn gap(check: &HealthCheck) -> (Nanos, Nanos) {
    // From the first failed check on it is in doubt; and no check begins before the last one ended.
    let doubtful = check.fast_interval.unwrap_or(check.interval);
    let between = doubtful.max(check.timeout);
    let others = u64::from(check.fall).saturating_sub(1);
    let soonest = between.saturating_mul(others).saturating_add(check.timeout);
    (soonest, soonest.saturating_add(check.interval))
}

fn out(ejection: Option<Ejection>) -> String {
    let Some(ejection) = ejection else {
        return "Failed attempts alone take no server out.".to_owned();
    };
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

    /// Every silent death is found in the gap that is promised, with a faster pace while in doubt too.
    #[test]
    fn the_gap_is_where_deaths_are_found() {
        let mut scenario = simulation::presets::find("five-servers").unwrap();
        let check = HealthCheck {
            interval: 2 * SECOND,
            timeout: SECOND / 2,
            fast_interval: Some(SECOND / 4),
            ..HealthCheck::default()
        };
        for node in &mut scenario.nodes {
            if let simulation::scenario::Role::Balancer(settings) = &mut node.role {
                settings.health_check = Some(check);
            }
        }
        let mut world = simulation::World::new(&scenario).unwrap();
        for number in 1..=5u64 {
            let name = format!("server-{number}");
            let kill = simulation::Action::Kill(name, simulation::action::Death::Silence);
            world.advance(world.now() + SECOND + number * SECOND / 7);
            world.apply(&kill).unwrap();
        }
        world.advance(world.now() + 10 * SECOND);
        let (soonest, latest) = gap(&check);
        let found: Vec<_> = world
            .detections()
            .iter()
            .map(|it| it.detected - it.died)
            .collect();
        assert_eq!(found.len(), 5);
        // The way there and back is part of a check.
        let way = SECOND / 50;
        let within = |it: &Nanos| (soonest - way..=latest + way).contains(it);
        assert!(found.iter().all(within), "{found:?} {soonest} {latest}");
    }
}
