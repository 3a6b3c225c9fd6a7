//! `window.reroute`: the page's state as JSON, for tests and for host pages.

use crate::lab::{FRAME_EDGES, Lab, Selection};
use js_sys::{Array, JSON, Object, Reflect};
use simulation::record::{CallRecord, Outcome, Reason};
use simulation::scenario::Load;
use simulation::time::{from_seconds, milliseconds};
use simulation::view::{Belief, Life, LinkState, NodeView, RoleView};
use simulation::{Action, World, metrics::Tone};
use wasm_bindgen::closure::{Closure, IntoWasmClosure, WasmClosure};
use wasm_bindgen::{JsCast, JsValue};

const CALLS_SHOWN: usize = 300;

/// Puts the object on the window.
pub(crate) fn install(lab: &Lab) {
    let object = Object::new();
    let on = lab.clone();
    method::<dyn Fn() -> Option<String>>(&object, "state", move || state(&on));
    let on = lab.clone();
    method::<dyn Fn(f64)>(&object, "advance", move |ms: f64| {
        on.advance(from_seconds(ms / 1_000.0))
    });
    let on = lab.clone();
    method::<dyn Fn(bool)>(&object, "play", move |playing: bool| {
        on.set_playing(playing)
    });
    let on = lab.clone();
    method::<dyn Fn(f64)>(&object, "speed", move |speed: f64| on.set_speed(speed));
    let on = lab.clone();
    method::<dyn Fn(String, f64) -> bool>(&object, "rate", move |lan: String, rate: f64| {
        on.act(Action::SetLoad(lan, Load::Poisson { rate }))
    });
    let on = lab.clone();
    method::<dyn Fn() -> Vec<f64>>(&object, "frames", move || on.recent_frames());
    if let Some(window) = web_sys::window() {
        // Fails only on a frozen window.
        let _ = Reflect::set(&window, &"reroute".into(), &object);
    }
}

fn method<T>(object: &Object, name: &str, call: impl IntoWasmClosure<T> + 'static)
where
    T: WasmClosure + ?Sized,
{
    let closure = Closure::<T>::new(call);
    // Fails only on a frozen object, and this one is our own.
    let _ = Reflect::set(object, &JsValue::from_str(name), &closure.into_js_value());
}

/// One value of the page's account of itself. Numbers are JavaScript's, and JavaScript writes them
/// out: a formatter of numbers of our own would weigh more than all of this file.
type Value = JsValue;

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let object = Object::new();
    for (name, value) in fields {
        set(&object, name, &value);
    }
    object.into()
}

fn set(object: &Object, name: &str, value: &Value) {
    // Fails only on a frozen object, and these are our own.
    let _ = Reflect::set(object, &text(name), value);
}

fn list(items: impl Iterator<Item = Value>) -> Value {
    items.collect::<Array>().into()
}

fn text(value: &str) -> Value {
    Value::from_str(value)
}

fn number(value: u64) -> Value {
    Value::from_f64(value as f64)
}

fn state(lab: &Lab) -> Option<String> {
    let value = lab.read(world_state);
    set(&value, "playing", &lab.playing().into());
    set(&value, "speed", &lab.speed().into());
    let selection = match lab.selection() {
        Selection::None => Value::NULL,
        Selection::Node(id) => object([("node", lab.read(|world| text(world.name(id))))]),
        Selection::Link(id) => object([("link", number(id.0.into()))]),
        Selection::Call(id) => object([("call", number(id))]),
    };
    set(&value, "selection", &selection);
    let edges = FRAME_EDGES.iter().map(|&edge| {
        if edge == f64::MAX {
            Value::NULL
        } else {
            edge.into()
        }
    });
    let counts = lab.frame_times();
    let times = object([
        ("edges", list(edges)),
        ("counts", list(counts.iter().map(|&count| number(count)))),
    ]);
    set(&value, "frame_times", &times);
    JSON::stringify(&value).ok().map(Into::into)
}

fn world_state(world: &World) -> Object {
    let scenario = world.scenario();
    let ledger = world.ledger();
    let tally = |tally: simulation::ledger::Tally, in_flight: u64| {
        object([
            ("sent", number(tally.sent)),
            ("answered", number(tally.answered)),
            ("failed", number(tally.failed)),
            ("shed", number(tally.shed)),
            ("in_flight", number(in_flight)),
        ])
    };
    let ledger = object([
        ("calls", tally(ledger.calls, ledger.calls_in_flight)),
        (
            "attempts",
            tally(ledger.attempts, ledger.attempts_in_flight),
        ),
        ("rerouted", number(ledger.rerouted)),
        ("balances", ledger.balances().into()),
    ]);
    let links = world.links().map(|link| {
        let state = match link.state {
            LinkState::Up => "up",
            LinkState::Cut => "cut",
            LinkState::Held => "held",
        };
        object([
            ("a", text(world.name(link.a))),
            ("b", text(world.name(link.b))),
            ("state", text(state)),
        ])
    });
    let calls = world.calls().take(CALLS_SHOWN);
    let detections = world.detections().iter().map(|it| {
        object([
            ("balancer", text(world.name(it.balancer))),
            ("server", text(world.name(it.server))),
            ("died_ms", milliseconds(it.died).into()),
            ("detected_ms", milliseconds(it.detected).into()),
            ("attempts_sent", number(it.attempts_sent.into())),
        ])
    });
    let marks = world.metrics().marks().map(|mark| {
        let tone = match mark.tone {
            Tone::Harm => "harm",
            Tone::Change => "change",
            Tone::Recovery => "recovery",
        };
        object([
            ("at_ms", milliseconds(mark.at).into()),
            ("label", text(&mark.label)),
            ("tone", text(tone)),
        ])
    });
    object([
        ("now_ms", milliseconds(world.now()).into()),
        ("preset", text(&scenario.slug)),
        ("seed", number(scenario.seed)),
        ("trace_hash", text(&format!("{:016x}", world.trace_hash()))),
        ("ledger", ledger),
        ("messages", number(world.messages().count() as u64)),
        ("nodes", list(world.nodes().map(|node| node_state(&node)))),
        ("links", list(links)),
        ("calls", list(calls.map(|call| call_state(world, call)))),
        ("detections", list(detections)),
        ("marks", list(marks)),
    ])
    .unchecked_into()
}

fn node_state(node: &NodeView<'_>) -> Value {
    let value: Object = object([
        ("name", text(node.name)),
        ("x", node.position.x.into()),
        ("y", node.position.y.into()),
        ("up", (node.life == Life::Up).into()),
    ])
    .unchecked_into();
    let kind = match &node.role {
        RoleView::Lan(lan) => {
            set(&value, "sent", &number(lan.sent));
            "lan"
        }
        RoleView::Router => "router",
        RoleView::Isp => "isp",
        RoleView::Balancer(view) => {
            let picked = Object::new();
            for backend in view.balancer.backends() {
                set(&picked, backend.name.as_ref(), &number(backend.picked));
            }
            let policy = view.balancer.settings().policy.slug();
            set(&value, "policy", &text(policy));
            set(&value, "picked", &picked);
            "balancer"
        }
        RoleView::Server(server) => {
            set(&value, "answered", &number(server.answered));
            set(&value, "queued", &number(server.queued as u64));
            set(&value, "draining", &server.draining.into());
            set(&value, "speed", &server.spec.speed.into());
            let believed = match server.believed {
                Belief::Unwatched => "unwatched",
                Belief::Up => "up",
                Belief::Ejected { .. } => "ejected",
                Belief::Down { .. } => "down",
            };
            set(&value, "believed", &text(believed));
            "server"
        }
    };
    set(&value, "kind", &text(kind));
    value.into()
}

fn call_state(world: &World, call: &CallRecord) -> Value {
    let attempts = call.attempts.iter().map(|attempt| {
        let server = attempt.server.map(|server| text(world.name(server)));
        let reason = attempt.reason.map(|it| text(reason(it)));
        object([
            ("number", number(attempt.number.into())),
            ("server", server.unwrap_or(Value::NULL)),
            ("outcome", text(outcome(attempt.outcome))),
            ("reason", reason.unwrap_or(Value::NULL)),
        ])
    });
    object([
        ("id", number(call.id)),
        ("outcome", text(outcome(call.outcome))),
        ("began_ms", milliseconds(call.began).into()),
        ("attempts", list(attempts)),
    ])
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Refused => "refused",
        Reason::Reset => "reset",
        Reason::TimedOut => "timed out",
        Reason::QueueFull => "queue full",
        Reason::NoBackend => "no backend",
        Reason::Deadline => "deadline",
        Reason::Abandoned => "caller gone",
        Reason::Overtaken => "overtaken",
        Reason::Status(status) => status.name(),
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::InFlight => "in flight",
        Outcome::Answered(_) => "answered",
        Outcome::Failed(_) => "failed",
        Outcome::Shed => "shed",
    }
}
