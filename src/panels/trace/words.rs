//! A call's steps and outcome in words, and its outcome as a shape.

use crate::markup::{Element, el};
use rpc::retry::Obstacle;
use simulation::record::{CallRecord, Course, Loss, MessageKind, Outcome, Reason, Step, What};
use simulation::time::milliseconds;
use simulation::{Nanos, NodeId, World};

/// How a call ended, for a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Under way.
    Open,
    /// Answered at the first attempt.
    Good,
    /// Answered after more than one attempt.
    Again,
    /// Answered with an application error.
    Error,
    /// Not answered.
    Failed,
}

impl Ending {
    /// How a call stands.
    pub(crate) fn of(call: &CallRecord) -> Self {
        match call.outcome {
            Outcome::InFlight => Self::Open,
            Outcome::Answered(status) if status != rpc::status::Status::Ok => Self::Error,
            Outcome::Answered(_) if call.attempts.len() > 1 => Self::Again,
            Outcome::Answered(_) => Self::Good,
            Outcome::Failed(_) | Outcome::Shed => Self::Failed,
        }
    }

    /// Its shape: it tells the endings apart where colour does not.
    pub(crate) fn icon(self) -> Element {
        let (class, shape) = match self {
            Self::Open => (
                "ending ending-open",
                el("circle").attr("cx", "6").attr("cy", "6").attr("r", "4"),
            ),
            Self::Good => (
                "ending ending-good",
                el("rect")
                    .attr("x", "2")
                    .attr("y", "2")
                    .attr("width", "8")
                    .attr("height", "8")
                    .attr("rx", "1"),
            ),
            Self::Again => (
                "ending ending-again",
                el("path").attr("d", "M6 1.2 11.2 10.4H.8z"),
            ),
            Self::Error => (
                "ending ending-error",
                el("rect")
                    .attr("x", "2.5")
                    .attr("y", "2.5")
                    .attr("width", "7")
                    .attr("height", "7"),
            ),
            Self::Failed => (
                "ending ending-failed",
                el("path").attr("d", "M2 2 10 10M10 2 2 10"),
            ),
        };
        el("svg")
            .class(class)
            .attr("viewBox", "0 0 12 12")
            .attr("width", "12")
            .attr("height", "12")
            .attr("aria-hidden", "true")
            .with(shape)
    }
}

/// The outcome in a word or three.
pub(crate) fn outcome(call: &CallRecord) -> String {
    match call.outcome {
        Outcome::InFlight => "under way".to_owned(),
        Outcome::Answered(rpc::status::Status::Ok) => match Course::of(&call.attempts) {
            Course::Straight => "answered",
            Course::Hedged => "hedged",
            Course::Retried => "retried",
            Course::Rerouted => "rerouted",
        }
        .to_owned(),
        Outcome::Answered(status) => format!("answered: {}", said(status)),
        Outcome::Failed(status) => format!("failed: {}", said(status)),
        Outcome::Shed => "shed".to_owned(),
    }
}

fn said(status: rpc::status::Status) -> String {
    status.name().to_ascii_lowercase().replace('_', " ")
}

/// A span of time: two decimals below 10 ms, one below 100, none above.
pub(crate) fn span(time: Nanos) -> String {
    let value = milliseconds(time);
    match value {
        tiny if tiny < 9.995 => format!("{value:.2} ms"),
        short if short < 99.95 => format!("{value:.1} ms"),
        _ => format!("{value:.0} ms"),
    }
}

/// What kind a message is.
pub(super) const fn kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Open => "connection request",
        MessageKind::Accept => "connection accepted",
        MessageKind::Reset => "reset",
        MessageKind::Close => "close",
        MessageKind::Request => "request",
        MessageKind::Reply => "reply",
        MessageKind::Probe => "health check",
        MessageKind::ProbeReply => "health check's answer",
    }
}

/// Why an attempt failed.
pub(super) fn reason(reason: Reason) -> String {
    match reason {
        Reason::Refused => "refused".to_owned(),
        Reason::Reset => "connection reset".to_owned(),
        Reason::TimedOut => "no reply".to_owned(),
        Reason::QueueFull => "queue full".to_owned(),
        Reason::NoBackend => "no server to try".to_owned(),
        Reason::Deadline => "deadline passed".to_owned(),
        Reason::Abandoned => "caller gone".to_owned(),
        Reason::Overtaken => "another was faster".to_owned(),
        Reason::Status(status) => said(status),
    }
}

/// Why a call that failed was not sent again, if that was written down. A client that will not try again
/// what its balancer has given up has less to tell than the balancer.
pub(super) fn not_again(call: &CallRecord) -> Option<String> {
    if Ending::of(call) != Ending::Failed {
        return None;
    }
    let whys = || {
        call.steps.iter().rev().filter_map(|step| match step.what {
            What::NotRetried { why, .. } => Some(why),
            _ => None,
        })
    };
    let telling = whys().find(|why| *why != Obstacle::Final);
    let why = telling.or_else(|| whys().next())?;
    Some(format!("Not sent again: {}", obstacle(call, why)))
}

fn obstacle(call: &CallRecord, why: Obstacle) -> String {
    match why {
        Obstacle::Deadline => "its deadline leaves no time.".to_owned(),
        Obstacle::Final => "clients do not try again after such a status.".to_owned(),
        Obstacle::Harm => format!(
            "{} may have run already, and running it twice is not harmless.",
            call.arguments.procedure().name()
        ),
        Obstacle::Attempts => "no attempts are left.".to_owned(),
        Obstacle::Nobody => "every server that could take it was asked.".to_owned(),
        Obstacle::Budget => "the budget of retries is used up.".to_owned(),
    }
}

/// Attempts whose request never left, and to which server.
pub(super) fn unsent(call: &CallRecord) -> impl Iterator<Item = (u32, NodeId)> {
    call.steps.iter().filter_map(|step| match step.what {
        What::AttemptFailed {
            at_node,
            server: Some(server),
            ..
        } => {
            let mut sent = call.wires.iter();
            let sent = sent.any(|wire| {
                let request = wire.kind == MessageKind::Request && wire.from == at_node;
                request && wire.attempt == step.attempt
            });
            (!sent).then_some((step.attempt, server))
        }
        _ => None,
    })
}

/// The node's name as a call meets it: a LAN stands for the client on it.
pub(super) fn name(world: &World, call: &CallRecord, node: NodeId) -> String {
    if node == call.lan {
        "client".to_owned()
    } else {
        world.name(node).to_owned()
    }
}

/// One step in a sentence without its time.
pub(super) fn step(world: &World, call: &CallRecord, step: &Step) -> String {
    let name = |node: NodeId| name(world, call, node);
    match &step.what {
        What::Called { lan, client } => format!(
            "Client {} on {} makes the call.",
            client + 1,
            world.name(*lan)
        ),
        What::Hop {
            kind: what,
            from,
            to,
            arrives,
            lost,
            error,
            ..
        } => {
            let way = format!("{} → {}", name(*from), name(*to));
            let what = match what {
                MessageKind::Reply if *error => "error reply",
                other => kind(*other),
            };
            let what = crate::lab::capitalised(what);
            let what = what.trim_end_matches('.');
            if *lost {
                format!("{what} leaves, {way}, and is lost.")
            } else {
                format!("{what}, {way}: {}.", span(arrives.saturating_sub(step.at)))
            }
        }
        What::Lost {
            kind: what,
            at_node,
            why,
            again,
        } => {
            let what = crate::lab::capitalised(kind(*what));
            let what = what.trim_end_matches('.');
            let node = if *at_node == call.lan {
                "the client".to_owned()
            } else {
                name(*at_node).to_string()
            };
            let why = match why {
                Loss::NoWay => format!("finds no way on from {node}"),
                Loss::NodeDown => format!("is lost at {node}, which is down"),
                Loss::LinkCut => format!("from {node} is lost with the link it was on"),
            };
            let then = match again {
                Some(at) => format!(
                    "TCP sends it again after {}",
                    span(at.saturating_sub(step.at))
                ),
                None => "TCP gives it up".to_owned(),
            };
            format!("{what} {why}; {then}.")
        }
        What::Chosen {
            at_node, server, ..
        } => format!(
            "{} chooses {} (attempt {}).",
            name(*at_node),
            name(*server),
            step.attempt
        ),
        What::NobodyChosen { at_node, .. } => format!("{} finds nobody to choose.", name(*at_node)),
        What::Queued { server, length } => {
            format!("It waits at {}: {length} in the queue.", name(*server))
        }
        What::Started { server } => format!("A core of {} works on it.", name(*server)),
        What::Executed {
            server,
            computed: true,
        } => format!("{} has the result.", name(*server)),
        What::Executed {
            server,
            computed: false,
        } => format!(
            "{} finds the kept reply under its idempotency key.",
            name(*server)
        ),
        What::Dropped { server, died: true } => {
            format!("{} died, and the request with it.", name(*server))
        }
        What::Dropped {
            server,
            died: false,
        } => format!("{} drops it: its caller has gone.", name(*server)),
        What::AttemptFailed {
            at_node,
            server,
            reason: why,
        } => match server {
            Some(server) => format!(
                "Attempt {} at {} failed, as {} sees it: {}.",
                step.attempt,
                name(*server),
                name(*at_node),
                reason(*why)
            ),
            None => format!(
                "Attempt {} failed, as {} sees it: {}.",
                step.attempt,
                name(*at_node),
                reason(*why)
            ),
        },
        What::NotRetried { at_node, why } => format!(
            "Not sent again by {}: {}",
            name(*at_node),
            obstacle(call, *why)
        ),
        What::Finished {
            outcome: Outcome::Answered(rpc::status::Status::Ok),
        } => "The client has its answer.".to_owned(),
        What::Finished { .. } => format!("The client has the outcome: {}.", outcome(call)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A run in which a server falls silent; only what is not harmless twice is asked, if so wanted.
    pub(in crate::panels::trace) fn with_a_silent_server(harmful: bool) -> World {
        use simulation::time::SECOND;
        let mut scenario = simulation::presets::find("five-servers").unwrap();
        let wanted =
            |asked: &simulation::scenario::Operation| !harmful || !asked.procedure.idempotent();
        scenario.workload.retain(wanted);
        let mut world = World::new(&scenario).unwrap();
        world.advance(SECOND);
        let death = simulation::action::Death::Silence;
        let kill = simulation::Action::Kill("server-2".to_owned(), death);
        world.apply(&kill).unwrap();
        world.advance(3 * SECOND);
        world
    }

    #[test]
    fn a_failed_call_says_why_it_was_not_sent_again() {
        let world = with_a_silent_server(true);
        let said = |call: &CallRecord| Some((call.arguments.procedure(), not_again(call)?));
        let (procedure, why) = world.calls().find_map(said).expect("a call failed");
        assert!(!procedure.idempotent());
        let expected = format!(
            "Not sent again: {} may have run already, and running it twice is not harmless.",
            procedure.name()
        );
        assert_eq!(why, expected);
        let mut again = world
            .calls()
            .filter(|call| Ending::of(call) == Ending::Again);
        assert!(again.all(|call| not_again(call).is_none()));
    }

    #[test]
    fn a_request_that_never_left_is_known() {
        let world = with_a_silent_server(false);
        let id = world.node_named("server-2").unwrap().id;
        let of_first = |call: &CallRecord| unsent(call).next() == Some((1, id));
        assert!(world.calls().any(of_first));
        assert!(
            world
                .calls()
                .any(|call| { call.attempts.len() > 1 && unsent(call).next().is_none() })
        );
    }

    #[test]
    fn spans_are_short() {
        assert_eq!(
            [span(1_234_000), span(18_400_000), span(300_000_000)],
            ["1.23 ms", "18.4 ms", "300 ms"]
        );
    }
}
