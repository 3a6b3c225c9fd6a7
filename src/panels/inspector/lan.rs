//! A LAN of clients: how many, and what they ask for.

use super::button::remove;
use super::sheet::CallSheets;
use super::{NodeProps, explained, heading, readings, title};
use crate::lab::{use_lab, use_pulse};
use crate::markup::{el, group, part};
use crate::panels::fields::{Choice, ChoiceProps, Field, FieldProps, Slider};
use crate::panels::format::{count, from_milliseconds, number};
use simulation::Action;
use simulation::scenario::{LanSpec, Load};
use simulation::time::{SECOND, milliseconds, seconds};
use simulation::view::RoleView;
use yew::prelude::*;

/// A LAN.
#[component]
pub(super) fn Lan(props: &NodeProps) -> Html {
    let lab = use_lab();
    use_pulse();
    lab.read(|world| {
        let Some(node) = world.node(props.node) else {
            return Html::default();
        };
        let RoleView::Lan(lan) = &node.role else {
            return Html::default();
        };
        let load = match lan.spec.load {
            Load::Poisson { rate } | Load::Constant { rate } => format!("{} calls/s", number(rate)),
            Load::Closed { think } => format!("thinking {} ms", number(milliseconds(think))),
        };
        let clients = if lan.spec.clients == 1 {
            "1 client".to_owned()
        } else {
            format!("{} clients", lan.spec.clients)
        };
        let name = node.name.to_owned();
        group()
            .with(title(&name, format!("{clients} · {load}")))
            .with(heading("Now"))
            .with(readings(&[
                ("In flight", count(lan.in_flight.into())),
                ("Answered", count(lan.answered)),
                ("Failed or shed", count(lan.failed)),
                ("Sent", count(lan.sent)),
                ("Network", format!("{}/24", node.address)),
            ]))
            .with(heading("Settings"))
            .with(part::<Settings>(SettingsProps {
                name: name.clone(),
                spec: lan.spec.clone(),
            }))
            .with(part::<CallSheets>(()))
            .with(remove("Remove LAN", Action::RemoveNode(name)))
            .html()
    })
}

const KINDS: [(&str, &str); 3] = [
    ("poisson", "Poisson arrivals"),
    ("constant", "evenly spaced"),
    ("closed", "closed loop"),
];

fn kind(load: Load) -> (&'static str, &'static str) {
    match load {
        Load::Poisson { .. } => (
            "poisson",
            "Calls come by chance, whatever the answers do, as from very many independent users.",
        ),
        Load::Constant { .. } => (
            "constant",
            "Calls come at equal distances, whatever the answers do.",
        ),
        Load::Closed { .. } => (
            "closed",
            "Each client thinks, calls, and waits for the answer before it thinks again: a slow service is asked less.",
        ),
    }
}

/// The load of another kind that asks for about as much, if every answer came at once.
fn turned(spec: &LanSpec, kind: &str) -> Load {
    let clients = f64::from(spec.clients);
    let rate = spec.load.rate().unwrap_or_else(|| match spec.load {
        Load::Closed { think } if think > 0 => clients / seconds(think),
        _ => simulation::placement::NEW_LAN_RATE,
    });
    match (kind, spec.load) {
        ("closed", Load::Closed { .. }) => spec.load,
        ("closed", _) if rate > 0.0 => Load::Closed {
            think: simulation::time::from_seconds((clients / rate).min(3_600.0)),
        },
        ("closed", _) => Load::Closed { think: SECOND },
        ("constant", _) => Load::Constant {
            rate: rate.min(100_000.0),
        },
        _ => Load::Poisson {
            rate: rate.min(100_000.0),
        },
    }
}

#[derive(Properties, PartialEq)]
struct SettingsProps {
    name: String,
    spec: LanSpec,
}

/// The numbers that a hand sets; drawn again only when they change.
#[component]
fn Settings(props: &SettingsProps) -> Html {
    let lab = use_lab();
    let (of, spec) = (AttrValue::from(props.name.clone()), &props.spec);
    let set_load = |make: fn(f64) -> Load| {
        let (lab, name) = (lab.clone(), props.name.clone());
        Callback::from(move |value| {
            lab.act(Action::SetLoad(name.clone(), make(value)));
        })
    };
    let set_kind = {
        let (lab, name, spec) = (lab.clone(), props.name.clone(), spec.clone());
        Callback::from(move |kind: String| {
            lab.act(Action::SetLoad(name.clone(), turned(&spec, &kind)));
        })
    };
    let set_clients = {
        let (lab, name, spec) = (lab.clone(), props.name.clone(), spec.clone());
        // The field takes whole numbers from 1 to 250.
        Callback::from(move |value| {
            lab.act(Action::SetLan(
                name.clone(),
                LanSpec {
                    clients: value as u32,
                    ..spec.clone()
                },
            ));
        })
    };
    let amount = match spec.load {
        Load::Poisson { rate } | Load::Constant { rate } => {
            let make = if matches!(spec.load, Load::Poisson { .. }) {
                |rate| Load::Poisson { rate }
            } else {
                |rate| Load::Constant { rate }
            };
            FieldProps {
                id: "lan-rate",
                label: "Load of the LAN",
                of: of.clone(),
                unit: "calls/s",
                value: rate,
                min: 0.0,
                max: 100_000.0,
                whole: false,
                slider: Some(Slider::Even(0.0, 200.0, 1.0)),
                set: set_load(make),
            }
        }
        Load::Closed { think } => FieldProps {
            id: "lan-think",
            label: "Mean think time",
            of: of.clone(),
            unit: "ms",
            value: milliseconds(think),
            min: 0.0,
            max: 3_600_000.0,
            whole: false,
            slider: Some(Slider::Even(0.0, 2_000.0, 10.0)),
            set: set_load(|value| Load::Closed {
                think: from_milliseconds(value),
            }),
        },
    };
    let clients = part::<Field>(FieldProps {
        id: "lan-clients",
        label: "Clients",
        of,
        unit: "",
        value: f64::from(spec.clients),
        min: 1.0,
        max: 250.0,
        whole: true,
        slider: Some(Slider::Even(1.0, 50.0, 1.0)),
        set: set_clients,
    });
    let (value, words) = kind(spec.load);
    let kinds = part::<Choice>(ChoiceProps {
        id: "lan-kind".into(),
        label: "Calls come".into(),
        options: KINDS.map(|(kind, name)| (kind, name.into())).to_vec(),
        value,
        set: set_kind,
    });
    el("div")
        .class("fields")
        .with(kinds)
        .with(explained(words))
        .with(part::<Field>(amount))
        .with(clients)
        .html()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_of_another_kind_asks_for_as_much() {
        let open = LanSpec {
            clients: 8,
            load: Load::Poisson { rate: 40.0 },
        };
        let closed = turned(&open, "closed");
        assert_eq!(closed, Load::Closed { think: SECOND / 5 });
        let spec = LanSpec {
            load: closed,
            ..open.clone()
        };
        assert_eq!(turned(&spec, "constant"), Load::Constant { rate: 40.0 });
        assert_eq!(turned(&open, "poisson"), open.load);
    }

    #[test]
    fn every_kind_of_load_has_an_option() {
        for (key, _) in KINDS {
            let spec = LanSpec {
                clients: 8,
                load: Load::Poisson { rate: 0.0 },
            };
            assert_eq!(kind(turned(&spec, key)).0, key);
        }
    }
}
