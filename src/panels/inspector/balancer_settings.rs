//! A balancer's settings: its policy in words, and all of them as a file has them.

use super::sheet::sheet;
use super::{explained, heading};
use crate::lab::use_lab;
use crate::markup::{el, group, part};
use crate::panels::fields::{Choice, ChoiceProps};
use crate::panels::format::{percent, setting};
use balancer::{Ejection, HealthCheck, Policy};
use simulation::Action;
use simulation::file::sheet::Subject;
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
            let (soonest, latest) = check.detection_gap();
            format!(
                "A silent death is found after {} to {}.",
                setting(soonest),
                setting(latest)
            )
        },
    )
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
