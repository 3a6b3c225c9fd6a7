//! Nodes, LANs and links.

use super::{kinds_part, record_part};
use crate::file::form::{Form, Number, Real, Written, count, plain, told_duration};
use crate::file::measure::{BANDWIDTH, DURATION};
use crate::scenario::{Carriage, LanSpec, LinkSpec, Load, NodeSpec, Position, Role, ServerSpec};
use crate::time::SECOND;

kinds_part!(NodeSpec, "Node", "kind", false, names, kind, make, node);
kinds_part!(
    Load, "Load", "kind", false, load_names, load_kind, load_make, load
);
record_part!(LanSpec, "Lan", lan_default(), lan);
record_part!(LinkSpec, "Link", link_default(), link);
record_part!(Carriage, "Carriage", Carriage::default(), carriage);
record_part!(Position, "Position", Position::default(), position);

fn names() -> Vec<&'static str> {
    vec!["lan", "router", "isp", "balancer", "server"]
}

fn kind(it: &NodeSpec) -> usize {
    match it.role {
        Role::Lan(_) => 0,
        Role::Router => 1,
        Role::Isp => 2,
        Role::Balancer(_) => 3,
        Role::Server(_) => 4,
    }
}

fn make(kind: usize) -> NodeSpec {
    let role = match kind {
        0 => Role::Lan(lan_default()),
        1 => Role::Router,
        2 => Role::Isp,
        3 => Role::Balancer(balancer::Settings::default()),
        _ => Role::Server(ServerSpec::default()),
    };
    NodeSpec {
        name: String::new(),
        position: Position::default(),
        role,
    }
}

fn node(it: &mut NodeSpec, form: &mut dyn Form) {
    form.text(
        "name",
        "Its name, unlike all others; 1 to 40 characters.",
        true,
        &mut it.name,
    );
    position(&mut it.position, form);
    match &mut it.role {
        Role::Lan(spec) => lan(spec, form),
        Role::Router | Role::Isp => {}
        Role::Balancer(settings) => super::health::settings(settings, form),
        Role::Server(spec) => super::servers::server(spec, form),
    }
}

/// A place on the stage.
pub(super) fn position(it: &mut Position, form: &mut dyn Form) {
    it.x = plain(
        form,
        "x",
        "Where it is drawn, from the left.",
        (0.0, 1_000.0),
        it.x,
    );
    it.y = plain(
        form,
        "y",
        "Where it is drawn, from the top.",
        (0.0, 600.0),
        it.y,
    );
}

fn lan_default() -> LanSpec {
    LanSpec {
        clients: 1,
        load: load_make(0),
    }
}

/// A LAN's settings.
pub(super) fn lan(it: &mut LanSpec, form: &mut dyn Form) {
    it.clients = count(
        form,
        "clients",
        "How many clients it has.",
        (1, 250),
        it.clients,
    );
    form.part("load", "What they ask for together.", &mut it.load);
}

fn load_names() -> Vec<&'static str> {
    vec!["poisson", "constant", "closed"]
}

fn load_kind(it: &Load) -> usize {
    match it {
        Load::Poisson { .. } => 0,
        Load::Constant { .. } => 1,
        Load::Closed { .. } => 2,
    }
}

fn load_make(kind: usize) -> Load {
    match kind {
        0 => Load::Poisson { rate: 0.0 },
        1 => Load::Constant { rate: 0.0 },
        _ => Load::Closed { think: SECOND },
    }
}

fn load(it: &mut Load, form: &mut dyn Form) {
    match it {
        Load::Poisson { rate } | Load::Constant { rate } => {
            let field = Real {
                name: "rate",
                doc: "Calls a second of the whole LAN.",
                written: Written::Rate,
                least: 0.0,
                most: 100_000.0,
                required: true,
            };
            *rate = form.real(&field, *rate);
        }
        Load::Closed { think } => {
            let text = "Mean time, exponential, from an answer to the client's next call.";
            *think = told_duration(form, "think", text, 3_600 * SECOND, *think);
        }
    }
}

fn link_default() -> LinkSpec {
    LinkSpec {
        a: String::new(),
        b: String::new(),
        carriage: Carriage::default(),
    }
}

fn link(it: &mut LinkSpec, form: &mut dyn Form) {
    form.pair("between", "The names of its ends.", &mut it.a, &mut it.b);
    carriage(&mut it.carriage, form);
}

/// How a link carries.
pub(super) fn carriage(it: &mut Carriage, form: &mut dyn Form) {
    let field = Number {
        name: "latency",
        doc: "Propagation delay one way.",
        measure: &DURATION,
        least: 0,
        most: 60 * SECOND,
        optional: false,
        required: false,
    };
    it.latency = form.number(&field, Some(it.latency)).unwrap_or(it.latency);
    let text = "The most that a message is late beyond that, uniformly.";
    let field = Number {
        name: "jitter",
        doc: text,
        ..field
    };
    it.jitter = form.number(&field, Some(it.jitter)).unwrap_or(it.jitter);
    let field = Number {
        name: "bandwidth",
        doc: "In each direction.",
        measure: &BANDWIDTH,
        least: 1_000,
        most: 1_000_000_000_000,
        ..field
    };
    it.bandwidth = form
        .number(&field, Some(it.bandwidth))
        .unwrap_or(it.bandwidth);
    let field = Real {
        name: "loss",
        doc: "Messages that are lost on the way.",
        written: Written::Share,
        least: 0.0,
        most: 1.0,
        required: false,
    };
    it.loss = form.real(&field, it.loss);
}
