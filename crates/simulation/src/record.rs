//! What is remembered of a call: every hop, wait, service and attempt, with its times.

use crate::bytes::Bytes;
use crate::ids::{LinkId, NodeId};
use crate::time::Nanos;
use rpc::procedure::{Arguments, ReturnValue};
use rpc::retry::Obstacle;
use rpc::status::Status;
use std::rc::Rc;

/// A call's number: 1, 2, 3… in the order in which they were made.
pub type CallId = u64;

/// How a call or an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Under way.
    InFlight,
    /// Answered; the status may be an application error's.
    Answered(Status),
    /// Ended without an answer.
    Failed(Status),
    /// Turned away by a full queue.
    Shed,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The connection was refused: nobody listens.
    Refused,
    /// The connection was reset while the call was out.
    Reset,
    /// No reply came in time.
    TimedOut,
    /// The queue was full.
    QueueFull,
    /// The balancer had no backend to try.
    NoBackend,
    /// Its caller gave up: the call's deadline passed.
    Deadline,
    /// Its caller was gone: taken off the stage, or with its connection.
    Abandoned,
    /// Another attempt of the call was answered first.
    Overtaken,
    /// The answer was an error of the transport or the procedure layer.
    Status(Status),
}

/// One try of a call at a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// When it began.
    pub began: Nanos,
    /// When its outcome was known to who tried.
    pub ended: Option<Nanos>,
    /// The server it was sent to, once one was chosen.
    pub server: Option<NodeId>,
    /// How it stands.
    pub outcome: Outcome,
    /// Why it failed, if it did.
    pub reason: Option<Reason>,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
    /// Asks for a connection (TCP SYN).
    Open,
    /// Grants it (SYN+ACK).
    Accept,
    /// Refuses or breaks it (RST).
    Reset,
    /// Gives a connection up, and with it what was asked on it (FIN).
    Close,
    /// A request.
    Request,
    /// A reply.
    Reply,
    /// A health check's request.
    Probe,
    /// A health check's answer.
    ProbeReply,
}

/// One thing that happened to a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// When.
    pub at: Nanos,
    /// In which attempt.
    pub attempt: u32,
    /// What.
    pub what: What,
}

/// What can happen to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The client made the call.
    Called {
        /// The LAN.
        lan: NodeId,
        /// Which of its clients, from 0.
        client: u32,
    },
    /// A message of the call was put on a link and will arrive, or be lost.
    Hop {
        /// What kind of message.
        kind: MessageKind,
        /// Over which link.
        link: LinkId,
        /// From which node.
        from: NodeId,
        /// To which node.
        to: NodeId,
        /// When it arrives at that node, if it does.
        arrives: Nanos,
        /// Whether it is lost on the way.
        lost: bool,
        /// Whether it says that something failed.
        error: bool,
    },
    /// A message of the call got no further. (One that a link loses is told by its hop.)
    Lost {
        /// What kind of message.
        kind: MessageKind,
        /// Where it was, or from where it had left.
        at_node: NodeId,
        /// Why.
        why: Loss,
        /// When its sender's TCP sends it again, if it tries once more.
        again: Option<Nanos>,
    },
    /// A balancer chose a backend.
    Chosen {
        /// The balancer.
        at_node: NodeId,
        /// The server.
        server: NodeId,
        /// The candidates and their scores.
        explanation: Rc<balancer::Explanation>,
    },
    /// A balancer found no backend to choose.
    NobodyChosen {
        /// The balancer.
        at_node: NodeId,
        /// The backends, and why each was passed over.
        explanation: Rc<balancer::Explanation>,
    },
    /// It waits in a server's queue.
    Queued {
        /// The server.
        server: NodeId,
        /// How many wait, this one included.
        length: u32,
    },
    /// A core works on it.
    Started {
        /// The server.
        server: NodeId,
    },
    /// The procedure ran to its end.
    Executed {
        /// The server.
        server: NodeId,
        /// Whether it was computed, or a kept reply was found under its idempotency key.
        computed: bool,
    },
    /// What waited or was worked on came to nothing.
    Dropped {
        /// The server.
        server: NodeId,
        /// Whether its process has died; else its caller wants it no more.
        died: bool,
    },
    /// An attempt failed, as its sender sees it.
    AttemptFailed {
        /// Who tried.
        at_node: NodeId,
        /// At which server, if one was chosen.
        server: Option<NodeId>,
        /// Why.
        reason: Reason,
    },
    /// After that the call is not sent again.
    NotRetried {
        /// By whom.
        at_node: NodeId,
        /// Why.
        why: Obstacle,
    },
    /// The client has the outcome.
    Finished {
        /// The outcome.
        outcome: Outcome,
    },
}

/// Why a message gets no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// No way leads on to where it goes.
    NoWay,
    /// The node that should pass it on is down.
    NodeDown,
    /// The link that it was on was cut or taken away.
    LinkCut,
}

/// Encoded bytes that crossed the network for a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    /// When they were sent.
    pub at: Nanos,
    /// In which attempt.
    pub attempt: u32,
    /// What they are.
    pub kind: MessageKind,
    /// Who sent them.
    pub from: NodeId,
    /// To whom.
    pub to: NodeId,
    /// The bytes.
    pub bytes: Bytes,
}

/// How the attempts of a call followed each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// At most one attempt.
    Straight,
    /// A further attempt went out while another was under way.
    Hedged,
    /// An attempt followed one that had failed, at no other server.
    Retried,
    /// An attempt went to another server than one that had failed.
    Rerouted,
}

impl Course {
    /// Of attempts in the order in which they began. A reroute counts for more than a retry, and
    /// that for more than a hedge.
    #[must_use]
    pub fn of(attempts: &[Attempt]) -> Self {
        let failed_before = |late: usize| {
            attempts[..late]
                .iter()
                .filter(move |early| early.ended.is_some_and(|end| end <= attempts[late].began))
        };
        let each = 1..attempts.len();
        let elsewhere = |late: usize| {
            let server = attempts[late].server;
            let other = |early: &Attempt| early.server.is_some() && early.server != server;
            server.is_some() && failed_before(late).any(other)
        };
        if attempts.len() < 2 {
            Self::Straight
        } else if each.clone().any(elsewhere) {
            Self::Rerouted
        } else if each
            .clone()
            .any(|late| failed_before(late).next().is_some())
        {
            Self::Retried
        } else {
            Self::Hedged
        }
    }
}

/// Everything remembered of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    /// Its number.
    pub id: CallId,
    /// The LAN it came from.
    pub lan: NodeId,
    /// Which client there, from 0.
    pub client: u32,
    /// What was asked.
    pub arguments: Arguments,
    /// When it was made.
    pub began: Nanos,
    /// When its client had the outcome.
    pub ended: Option<Nanos>,
    /// How it stands.
    pub outcome: Outcome,
    /// What the procedure returned.
    pub value: Option<ReturnValue>,
    /// Its tries, in order.
    pub attempts: Vec<Attempt>,
    /// What happened to it, in order of time.
    pub steps: Vec<Step>,
    /// Its bytes, in order of time.
    pub wires: Vec<Wire>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(began: Nanos, ended: Option<Nanos>, server: Option<u32>) -> Attempt {
        Attempt {
            number: 0,
            began,
            ended,
            server: server.map(NodeId),
            outcome: Outcome::InFlight,
            reason: None,
        }
    }

    #[test]
    fn a_course_is_told_from_who_was_tried_and_when() {
        let first = attempt(0, Some(5), Some(1));
        let course = |rest: &[Attempt]| {
            let mut attempts = vec![first.clone()];
            attempts.extend_from_slice(rest);
            Course::of(&attempts)
        };
        assert_eq!(Course::of(&[]), Course::Straight);
        assert_eq!(course(&[]), Course::Straight);
        assert_eq!(course(&[attempt(5, None, Some(2))]), Course::Rerouted);
        assert_eq!(course(&[attempt(9, None, Some(1))]), Course::Retried);
        // No server was to be had: nothing found another way.
        assert_eq!(course(&[attempt(9, None, None)]), Course::Retried);
        assert_eq!(course(&[attempt(3, None, Some(2))]), Course::Hedged);
        let again = [attempt(3, Some(6), Some(2)), attempt(8, None, Some(1))];
        assert_eq!(course(&again), Course::Rerouted, "both had failed");
    }
}
