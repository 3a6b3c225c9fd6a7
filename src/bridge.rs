//! `window.reroute`: the page's state as JSON, for tests and for host pages.

use crate::lab::{FRAME_EDGES, Lab, Selection};
use js_sys::{Object, Reflect};
use serde_json::{Value, json};
use simulation::record::{CallRecord, Outcome, Reason};
use simulation::scenario::Load;
use simulation::time::{from_seconds, milliseconds};
use simulation::view::{Belief, Life, LinkState, NodeView, RoleView};
use simulation::{Action, World, metrics::Tone};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::{Closure, IntoWasmClosure, WasmClosure};

const CALLS_SHOWN: usize = 300;

/// Puts the object on the window.
pub(crate) fn install(lab: &Lab) {
    let object = Object::new();
    let on = lab.clone();
    method::<dyn Fn() -> String>(&object, "state", move || state(&on).to_string());
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

fn state(lab: &Lab) -> Value {
    let mut value = lab.read(world_state);
    value["playing"] = lab.playing().into();
    value["speed"] = lab.speed().into();
    value["selection"] = match lab.selection() {
        Selection::None => Value::Null,
        Selection::Node(id) => json!({ "node": lab.read(|world| world.name(id).to_owned()) }),
        Selection::Link(id) => json!({ "link": id.0 }),
        Selection::Call(id) => json!({ "call": id }),
    };
    let edges = FRAME_EDGES.map(|edge| {
        if edge == f64::MAX {
            Value::Null
        } else {
            edge.into()
        }
    });
    value["frame_times"] = json!({ "edges": edges, "counts": lab.frame_times() });
    value
}

fn world_state(world: &World) -> Value {
    let scenario = world.scenario();
    let ledger = world.ledger();
    let tally = |tally: simulation::ledger::Tally, in_flight: u64| {
        json!({
            "sent": tally.sent, "answered": tally.answered, "failed": tally.failed,
            "shed": tally.shed, "in_flight": in_flight,
        })
    };
    json!({
        "now_ms": milliseconds(world.now()),
        "preset": scenario.slug,
        "seed": scenario.seed,
        "trace_hash": format!("{:016x}", world.trace_hash()),
        "ledger": {
            "calls": tally(ledger.calls, ledger.calls_in_flight),
            "attempts": tally(ledger.attempts, ledger.attempts_in_flight),
            "rerouted": ledger.rerouted,
            "balances": ledger.balances(),
        },
        "messages": world.messages().count(),
        "nodes": world.nodes().map(|node| node_state(&node)).collect::<Vec<_>>(),
        "links": world.links().map(|link| json!({
            "a": world.name(link.a), "b": world.name(link.b),
            "state": match link.state {
                LinkState::Up => "up", LinkState::Cut => "cut", LinkState::Held => "held",
            },
        })).collect::<Vec<_>>(),
        "calls": world.calls().take(CALLS_SHOWN).map(|call| call_state(world, call)).collect::<Vec<_>>(),
        "detections": world.detections().iter().map(|it| json!({
            "balancer": world.name(it.balancer), "server": world.name(it.server),
            "died_ms": milliseconds(it.died), "detected_ms": milliseconds(it.detected),
            "attempts_sent": it.attempts_sent,
        })).collect::<Vec<_>>(),
        "marks": world.metrics().marks().map(|mark| json!({
            "at_ms": milliseconds(mark.at), "label": mark.label,
            "tone": match mark.tone {
                Tone::Harm => "harm", Tone::Change => "change", Tone::Recovery => "recovery",
            },
        })).collect::<Vec<_>>(),
    })
}

fn node_state(node: &NodeView<'_>) -> Value {
    let mut value = json!({
        "name": node.name,
        "x": node.position.x,
        "y": node.position.y,
        "up": node.life == Life::Up,
    });
    match &node.role {
        RoleView::Lan(lan) => {
            value["kind"] = "lan".into();
            value["sent"] = lan.sent.into();
        }
        RoleView::Router => value["kind"] = "router".into(),
        RoleView::Isp => value["kind"] = "isp".into(),
        RoleView::Balancer(view) => {
            value["kind"] = "balancer".into();
            value["policy"] = view.balancer.settings().policy.slug().into();
            value["picked"] = view
                .balancer
                .backends()
                .map(|backend| (backend.name.to_string(), Value::from(backend.picked)))
                .collect::<serde_json::Map<_, _>>()
                .into();
        }
        RoleView::Server(server) => {
            value["kind"] = "server".into();
            value["answered"] = server.answered.into();
            value["queued"] = server.queued.into();
            value["draining"] = server.draining.into();
            value["speed"] = server.spec.speed.into();
            value["believed"] = match server.believed {
                Belief::Unwatched => "unwatched",
                Belief::Up => "up",
                Belief::Ejected { .. } => "ejected",
                Belief::Down { .. } => "down",
            }
            .into();
        }
    }
    value
}

fn call_state(world: &World, call: &CallRecord) -> Value {
    json!({
        "id": call.id,
        "outcome": outcome(call.outcome),
        "began_ms": milliseconds(call.began),
        "attempts": call.attempts.iter().map(|attempt| json!({
            "number": attempt.number,
            "server": attempt.server.map(|server| world.name(server)),
            "outcome": outcome(attempt.outcome),
            "reason": attempt.reason.map(reason),
        })).collect::<Vec<_>>(),
    })
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Refused => "refused",
        Reason::Reset => "reset",
        Reason::TimedOut => "timed out",
        Reason::QueueFull => "queue full",
        Reason::NoBackend => "no backend",
        Reason::Deadline => "deadline",
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
