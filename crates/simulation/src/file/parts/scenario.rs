//! The scenario itself.

use super::record_part;
use crate::file::form::{Form, Number, plain};
use crate::file::measure::COUNT;
use crate::scenario::Scenario;
use rpc::encoding::Encoding;
use rpc::retry::CallPolicy;

/// The version of the format that this writes, and the only one it reads.
pub(in crate::file) const VERSION: u64 = 1;

/// What a file that says nothing means.
pub(in crate::file) fn empty() -> Scenario {
    Scenario {
        slug: String::new(),
        title: String::new(),
        hint: String::new(),
        seed: 1,
        service: "shop.example".to_owned(),
        encoding: Encoding::JsonHttp,
        workload: Vec::new(),
        call_policy: CallPolicy::default(),
        nodes: Vec::new(),
        links: Vec::new(),
        timeline: Vec::new(),
        speed: 0.1,
    }
}

record_part!(Scenario, "Scenario", empty(), fields);

fn fields(it: &mut Scenario, form: &mut dyn Form) {
    let version = Number {
        name: "reroute",
        doc: "The version of this format.",
        measure: &COUNT,
        least: VERSION,
        most: VERSION,
        optional: false,
        required: true,
    };
    form.number(&version, Some(VERSION));
    form.text(
        "name",
        "A short name, as in the page's address.",
        false,
        &mut it.slug,
    );
    form.text(
        "title",
        "The title in the list of scenarios.",
        false,
        &mut it.title,
    );
    form.text(
        "hint",
        "What to try, and what to look for.",
        false,
        &mut it.hint,
    );
    let seed = Number {
        name: "seed",
        doc: "Where every random stream of the run comes from.",
        least: 0,
        most: u64::MAX,
        required: false,
        ..version
    };
    it.seed = form.number(&seed, Some(it.seed)).unwrap_or(it.seed);
    let text = "Virtual seconds that the page shows in a second.";
    it.speed = plain(form, "speed", text, (0.001, 100.0), it.speed);
    form.text(
        "service",
        "The name that clients look up.",
        false,
        &mut it.service,
    );
    let names = ["json-http", "onc-rpc"];
    let text = "How calls are written on the wire: JSON-RPC in HTTP/1.1, or ONC RPC in XDR.";
    let which = usize::from(it.encoding == Encoding::OncRpc);
    it.encoding = Encoding::ALL[form.choice("encoding", text, false, &names, which).min(1)];
    form.part("calls", "How clients treat a call.", &mut it.call_policy);
    form.list(
        "workload",
        "What clients call, and how long the work takes.",
        &mut it.workload,
    );
    form.list("nodes", "The nodes.", &mut it.nodes);
    form.list("links", "The links between nodes.", &mut it.links);
    form.list(
        "timeline",
        "What happens by itself, and when.",
        &mut it.timeline,
    );
}
