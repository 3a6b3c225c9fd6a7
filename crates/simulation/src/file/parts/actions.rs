//! Actions, alone and at their times.

use super::kinds_part;
use crate::action::{Action, Death, Ends};
use crate::file::form::{Form, LONG, count, plain, told_duration};
use crate::scenario::{
    Carriage, LanSpec, LinkSpec, Load, NodeSpec, Position, Role, ServerSpec, Timed,
};
use balancer::{Policy, Protection, Standing};
use rpc::retry::CallPolicy;

kinds_part!(Action, "Action", "action", false, names, kind, make, action);
kinds_part!(
    Timed, "Event", "action", false, names, timed_kind, timed_make, timed
);

fn names() -> Vec<&'static str> {
    vec![
        "add-node",
        "remove-node",
        "move",
        "kill",
        "revive",
        "drain",
        "set-speed",
        "set-server",
        "set-load",
        "set-lan",
        "set-policy",
        "set-health-check",
        "set-ejection",
        "set-standing",
        "set-slow-start",
        "set-protection",
        "set-max-attempts",
        "set-balancer",
        "set-calls",
        "set-workload",
        "connect",
        "disconnect",
        "cut",
        "repair",
        "hold",
        "release",
        "set-carriage",
        "all",
    ]
}

fn kind(it: &Action) -> usize {
    match it {
        Action::AddNode { .. } => 0,
        Action::RemoveNode(_) => 1,
        Action::Move(..) => 2,
        Action::Kill(..) => 3,
        Action::Revive(_) => 4,
        Action::Drain(..) => 5,
        Action::SetSpeed(..) => 6,
        Action::SetServer(..) => 7,
        Action::SetLoad(..) => 8,
        Action::SetLan(..) => 9,
        Action::SetPolicy(..) => 10,
        Action::SetHealthCheck(..) => 11,
        Action::SetEjection(..) => 12,
        Action::SetStanding(..) => 13,
        Action::SetSlowStart(..) => 14,
        Action::SetProtection(..) => 15,
        Action::SetMaxAttempts(..) => 16,
        Action::SetBalancer(..) => 17,
        Action::SetCalls(_) => 18,
        Action::SetWorkload(_) => 19,
        Action::Connect(_) => 20,
        Action::Disconnect(_) => 21,
        Action::Cut(_) => 22,
        Action::Repair(_) => 23,
        Action::Hold(_) => 24,
        Action::Release(_) => 25,
        Action::SetCarriage(..) => 26,
        Action::All(_) => 27,
    }
}

fn make(kind: usize) -> Action {
    let name = String::new;
    let ends = || Ends(name(), name());
    let lan = || LanSpec {
        clients: 1,
        load: Load::Poisson { rate: 0.0 },
    };
    match kind {
        0 => Action::AddNode {
            node: NodeSpec {
                name: name(),
                position: Position::default(),
                role: Role::Lan(lan()),
            },
            links: Vec::new(),
        },
        1 => Action::RemoveNode(name()),
        2 => Action::Move(name(), Position::default()),
        3 => Action::Kill(name(), Death::Crash),
        4 => Action::Revive(name()),
        5 => Action::Drain(name(), true),
        6 => Action::SetSpeed(name(), 1.0),
        7 => Action::SetServer(name(), ServerSpec::default()),
        8 => Action::SetLoad(name(), Load::Poisson { rate: 0.0 }),
        9 => Action::SetLan(name(), lan()),
        10 => Action::SetPolicy(name(), Policy::RoundRobin),
        11 => Action::SetHealthCheck(name(), None),
        12 => Action::SetEjection(name(), None),
        13 => Action::SetStanding(name(), Standing::default()),
        14 => Action::SetSlowStart(name(), None),
        15 => Action::SetProtection(name(), Protection::default()),
        16 => Action::SetMaxAttempts(name(), 3),
        17 => Action::SetBalancer(name(), balancer::Settings::default()),
        18 => Action::SetCalls(CallPolicy::default()),
        19 => Action::SetWorkload(Vec::new()),
        20 => Action::Connect(LinkSpec {
            a: name(),
            b: name(),
            carriage: Carriage::default(),
        }),
        21 => Action::Disconnect(ends()),
        22 => Action::Cut(ends()),
        23 => Action::Repair(ends()),
        24 => Action::Hold(ends()),
        25 => Action::Release(ends()),
        26 => Action::SetCarriage(ends(), Carriage::default()),
        _ => Action::All(Vec::new()),
    }
}

/// The node that an action is done to.
fn named(form: &mut dyn Form, name: &mut String) {
    form.text("node", "The name of the node.", true, name);
}

fn action(it: &mut Action, form: &mut dyn Form) {
    match it {
        Action::AddNode { node, links } => {
            form.part("node", "The node.", node);
            form.list("links", "Its links to nodes that exist.", links);
            let verdict = if node.name.is_empty() {
                Err("“node” is missing".to_owned())
            } else {
                Ok(())
            };
            form.holds(verdict);
        }
        Action::RemoveNode(name) | Action::Revive(name) => named(form, name),
        Action::Move(name, place) => {
            named(form, name);
            super::network::position(place, form);
        }
        Action::Kill(name, death) => {
            named(form, name);
            let text = "A crash resets what is open; silence answers nothing more.";
            let which = usize::from(*death == Death::Silence);
            *death = match form.choice("death", text, false, &["crash", "silence"], which) {
                0 => Death::Crash,
                _ => Death::Silence,
            };
        }
        Action::Drain(name, draining) => {
            named(form, name);
            *draining = form.flag(
                "draining",
                "Whether balancers send it nothing new.",
                *draining,
            );
        }
        Action::SetSpeed(name, speed) => {
            named(form, name);
            *speed = plain(
                form,
                "speed",
                "How fast a core works.",
                (0.001, 1_000.0),
                *speed,
            );
        }
        Action::SetServer(name, spec) => {
            named(form, name);
            form.part("server", "All of its settings.", spec);
        }
        Action::SetLoad(name, load) => {
            named(form, name);
            form.part("load", "What its clients ask for.", load);
        }
        Action::SetLan(name, spec) => {
            named(form, name);
            form.part("lan", "Its clients and what they ask for.", spec);
        }
        Action::SetPolicy(name, policy) => {
            named(form, name);
            form.part("policy", "The policy.", policy);
        }
        Action::SetHealthCheck(name, check) => {
            named(form, name);
            form.maybe("health_check", "The health checks; null stops them.", check);
        }
        Action::SetEjection(name, ejection) => {
            named(form, name);
            form.maybe("ejection", "The ejection; null stops it.", ejection);
        }
        Action::SetStanding(name, standing) => {
            named(form, name);
            form.part("standing", "Backups, priorities and panic.", standing);
        }
        Action::SetSlowStart(name, slow_start) => {
            named(form, name);
            form.maybe("slow_start", "The slow start; null stops it.", slow_start);
        }
        Action::SetProtection(name, protection) => {
            named(form, name);
            form.part(
                "protection",
                "What keeps retries and overload in bounds.",
                protection,
            );
        }
        Action::SetMaxAttempts(name, tries) => {
            named(form, name);
            *tries = count(
                form,
                "max_attempts",
                "How many backends one call may try.",
                (1, 10),
                *tries,
            );
        }
        Action::SetBalancer(name, settings) => {
            named(form, name);
            form.part("settings", "All of its settings.", settings);
        }
        Action::SetCalls(policy) => {
            form.part("calls", "How clients treat a call.", policy);
        }
        Action::SetWorkload(workload) => super::calls::workload(workload, form),
        Action::Connect(link) => {
            form.pair(
                "between",
                "The names of its ends.",
                &mut link.a,
                &mut link.b,
            );
            super::network::carriage(&mut link.carriage, form);
        }
        Action::Disconnect(ends)
        | Action::Cut(ends)
        | Action::Repair(ends)
        | Action::Hold(ends)
        | Action::Release(ends) => {
            form.pair(
                "between",
                "The names of the link's ends.",
                &mut ends.0,
                &mut ends.1,
            );
        }
        Action::SetCarriage(ends, carriage) => {
            form.pair(
                "between",
                "The names of the link's ends.",
                &mut ends.0,
                &mut ends.1,
            );
            super::network::carriage(carriage, form);
        }
        Action::All(actions) => {
            form.list("actions", "What is done: all of it, or nothing.", actions)
        }
    }
}

fn timed_kind(it: &Timed) -> usize {
    kind(&it.action)
}

fn timed_make(kind: usize) -> Timed {
    Timed {
        at: 0,
        action: make(kind),
    }
}

fn timed(it: &mut Timed, form: &mut dyn Form) {
    it.at = told_duration(form, "at", "When.", LONG, it.at);
    action(&mut it.action, form);
}
