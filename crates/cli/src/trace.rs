//! Calls and their steps as JSON, an object a line, in the order in which they ended.

use crate::Failure;
use rpc::retry::Obstacle;
use serde_json::{Value, json};
use simulation::record::{CallRecord, Loss, Outcome, Reason, Step, What};
use simulation::time::Nanos;
use simulation::{NodeId, World};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// A file of traces.
pub(crate) struct Trace {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Trace {
    /// A new file.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(Failure::system(path.display().to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            out: BufWriter::new(file),
        })
    }

    /// Writes a call.
    pub(crate) fn call(&mut self, world: &World, call: &CallRecord) -> Result<(), Failure> {
        let written = writeln!(self.out, "{}", line(world, call));
        written.map_err(Failure::system(self.path.display().to_string()))
    }

    /// Everything is in the file.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        self.out
            .flush()
            .map_err(Failure::system(self.path.display().to_string()))
    }
}

/// Times are whole nanoseconds of virtual time.
fn line(world: &World, call: &CallRecord) -> Value {
    let name = |id: NodeId| world.name(id).to_owned();
    let attempts: Vec<Value> = call
        .attempts
        .iter()
        .map(|it| {
            json!({
                "number": it.number, "began_ns": it.began, "ended_ns": it.ended,
                "server": it.server.map(name), "outcome": outcome(it.outcome),
                "reason": it.reason.map(reason),
            })
        })
        .collect();
    let steps: Vec<Value> = call.steps.iter().map(|it| step(world, it)).collect();
    json!({
        "call": call.id, "lan": name(call.lan), "client": call.client,
        "asked": call.arguments.to_string(), "began_ns": call.began, "ended_ns": call.ended,
        "outcome": outcome(call.outcome), "answer": call.value.as_ref().map(ToString::to_string),
        "attempts": attempts, "steps": steps,
    })
}

fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::InFlight => "in flight".to_owned(),
        Outcome::Answered(status) => format!("answered {status}"),
        Outcome::Failed(status) => format!("failed {status}"),
        Outcome::Shed => "shed".to_owned(),
    }
}

fn reason(reason: Reason) -> String {
    match reason {
        Reason::Refused => "connection refused".to_owned(),
        Reason::Reset => "connection reset".to_owned(),
        Reason::TimedOut => "timed out".to_owned(),
        Reason::QueueFull => "queue full".to_owned(),
        Reason::NoBackend => "no backend".to_owned(),
        Reason::Deadline => "deadline passed".to_owned(),
        Reason::Abandoned => "caller gone".to_owned(),
        Reason::Overtaken => "another attempt answered first".to_owned(),
        Reason::Status(status) => status.to_string(),
    }
}

fn step(world: &World, step: &Step) -> Value {
    let name = |id: NodeId| world.name(id).to_owned();
    let mut line = match &step.what {
        What::Called { lan, client } => {
            json!({"step": "called", "lan": name(*lan), "client": client})
        }
        What::Hop {
            kind,
            from,
            to,
            arrives,
            lost,
            ..
        } => {
            json!({"step": "hop", "message": message(*kind), "from": name(*from), "to": name(*to),
                "arrives_ns": arrives, "lost": lost})
        }
        What::Lost {
            kind,
            at_node,
            why,
            again,
        } => {
            json!({"step": "lost", "message": message(*kind), "at": name(*at_node),
                "reason": loss(*why), "again_ns": again})
        }
        What::NobodyChosen {
            at_node,
            explanation,
        } => {
            json!({"step": "nobody chosen", "by": name(*at_node), "policy": explanation.policy,
                "why": explanation.sentence()})
        }
        What::Chosen {
            at_node,
            server,
            explanation,
        } => {
            json!({"step": "chosen", "by": name(*at_node), "server": name(*server),
                "policy": explanation.policy,
                "why": explanation.sentence()})
        }
        What::Queued { server, length } => {
            json!({"step": "queued", "server": name(*server), "length": length})
        }
        What::Started { server } => json!({"step": "started", "server": name(*server)}),
        What::Executed { server, computed } => {
            json!({"step": "executed", "server": name(*server), "computed": computed})
        }
        What::Dropped { server, died } => {
            json!({"step": "dropped", "server": name(*server), "died": died})
        }
        What::AttemptFailed {
            at_node,
            server,
            reason: why,
        } => {
            json!({"step": "attempt failed", "by": name(*at_node), "server": server.map(name), "reason": reason(*why)})
        }
        What::NotRetried { at_node, why } => {
            json!({"step": "not sent again", "by": name(*at_node), "reason": obstacle(*why)})
        }
        What::Finished { outcome: end } => json!({"step": "finished", "outcome": outcome(*end)}),
    };
    let at: Nanos = step.at;
    line["at_ns"] = json!(at);
    line["attempt"] = json!(step.attempt);
    line
}

fn loss(why: Loss) -> &'static str {
    match why {
        Loss::NoWay => "no way on",
        Loss::NodeDown => "node down",
        Loss::LinkCut => "link cut",
    }
}

fn obstacle(why: Obstacle) -> &'static str {
    match why {
        Obstacle::Deadline => "deadline passed",
        Obstacle::Final => "status is final",
        Obstacle::Harm => "may have been executed",
        Obstacle::Attempts => "no attempts left",
        Obstacle::Nobody => "no backend left to try",
        Obstacle::Budget => "retry budget used up",
    }
}

fn message(kind: simulation::record::MessageKind) -> &'static str {
    use simulation::record::MessageKind;
    match kind {
        MessageKind::Open => "open",
        MessageKind::Accept => "accept",
        MessageKind::Reset => "reset",
        MessageKind::Close => "close",
        MessageKind::Request => "request",
        MessageKind::Reply => "reply",
        MessageKind::Probe => "probe",
        MessageKind::ProbeReply => "probe reply",
    }
}
