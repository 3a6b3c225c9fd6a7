//! Where everything of a sequence diagram stands: pure geometry over a call's record.
//!
//! Time runs downwards and never back. Every stretch between two events is at least
//! [`Scale::least`] high, so that a hop of microseconds can be seen, and a long wait in which
//! nothing moves is cut short with a break mark.

use super::words;
use crate::order::insertion_sort;
use simulation::record::{CallRecord, Loss, MessageKind, Reason, Step, What};
use simulation::{Nanos, NodeId};

/// Width of the diagram in its own units, which are about pixels.
pub(super) const WIDTH: f64 = 280.0;
const SIDE: f64 = 26.0;
/// How far a message is drawn that got no further.
const STUB: f64 = 16.0;
const FOOT: f64 = 16.0;
/// How high time is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// All of it, about.
    height: f64,
    /// The least height of a stretch between two events.
    pub(super) least: f64,
}

impl Scale {
    /// Beside the stage.
    pub(super) const BESIDE: Self = Self {
        height: 190.0,
        least: 5.0,
    };
    /// Alone on the screen, with room for more words.
    pub(super) const ALONE: Self = Self {
        height: 380.0,
        least: 8.0,
    };
}

/// A wait longer than this share of the busy time is cut to it.
const LONGEST_WAIT: f64 = 0.35;

/// A lifeline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lifeline {
    /// Whose.
    pub(super) node: NodeId,
    /// From the left.
    pub(super) x: f64,
}

/// What a message's line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Belongs to a connection, not to the call itself.
    Quiet,
    /// A request of the first attempt.
    Request,
    /// A request of a later attempt.
    Retry,
    /// A reply.
    Reply,
    /// A reply that brings an error.
    Error,
    /// A reset, or lost on the way.
    Failure,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    /// Where it leaves.
    pub(super) from: (f64, f64),
    /// Where it arrives, is lost, or is now.
    pub(super) to: (f64, f64),
    /// How it is drawn.
    pub(super) look: Look,
    /// Whether it is lost, or arrived where nobody hears it.
    pub(super) lost: bool,
    /// How long it takes.
    pub(super) takes: Nanos,
}

/// What a bar stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stay {
    /// Waits in the queue.
    Queued,
    /// A core works on it.
    Served,
    /// It waited or was worked on, and was then lost with its server, or let go.
    Dropped {
        /// Whether it still waited.
        queued: bool,
    },
    /// Waits for an answer that does not come: the words.
    InVain(String),
}

/// A stretch of time at one node.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    /// From the left.
    pub(super) x: f64,
    /// Its top.
    pub(super) top: f64,
    /// Its foot.
    pub(super) foot: f64,
    /// What it stands for.
    pub(super) stay: Stay,
    /// How long it lasts, or has lasted.
    pub(super) lasts: Nanos,
}

/// The whole diagram.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// Height in units.
    pub(super) height: f64,
    /// Lifelines, in the order in which the call met them.
    pub(super) lifelines: Vec<Lifeline>,
    /// Messages in order of time.
    pub(super) messages: Vec<Message>,
    /// Bars.
    pub(super) bars: Vec<Bar>,
    /// Where time is cut short.
    pub(super) breaks: Vec<f64>,
    /// Top and foot of the time shown.
    pub(super) span: (f64, f64),
    /// Where the call began and where it ended or stands.
    pub(super) ends: (f64, f64),
}

impl Layout {
    /// Lays a call out as far as it has gone; `head` is the height kept for the names.
    pub(super) fn of(call: &CallRecord, now: Nanos, head: f64, scale: Scale) -> Self {
        let time = Time::of(call, now, head, scale);
        let nodes = met(call);
        let step = spacing(nodes.len());
        let lifelines: Vec<Lifeline> = nodes
            .into_iter()
            .enumerate()
            .map(|(place, node)| Lifeline {
                node,
                x: SIDE + step * place as f64,
            })
            .collect();
        let x = |node: NodeId| {
            lifelines
                .iter()
                .find(|line| line.node == node)
                .map_or(SIDE, |line| line.x)
        };
        let mut messages = Vec::new();
        for step in call.steps.iter().filter(|step| step.at <= now) {
            if let What::Lost { at_node, why, .. } = step.what
                && why != Loss::LinkCut
            {
                // It went nowhere from here; what was on a link is drawn as far as it came.
                let (from, at) = (x(at_node), time.y(step.at));
                messages.push(Message {
                    from: (from, at),
                    to: (from + STUB, at + STUB / 2.0),
                    look: Look::Failure,
                    lost: true,
                    takes: 0,
                });
            }
            if let What::Hop {
                kind,
                from,
                to,
                arrives,
                lost,
                error,
                ..
            } = step.what
            {
                let cut = cut_short(call, step, from, arrives);
                let lost = lost || cut.is_some_and(|at| at <= now);
                let there = cut.unwrap_or(arrives).min(now).max(step.at);
                let way = arrives.saturating_sub(step.at).max(1);
                let share = ((there - step.at) as f64 / way as f64).min(1.0);
                let asks = matches!(kind, MessageKind::Open | MessageKind::Request);
                let unheard = asks && !lost && unheard(call, step, to);
                // What is lost falls off before it arrives.
                let share = if cut.is_some() {
                    share
                } else if lost {
                    share * 0.82
                } else if arrives <= now {
                    1.0
                } else {
                    share
                };
                let (left, right) = (x(from), x(to));
                messages.push(Message {
                    from: (left, time.y(step.at)),
                    to: (left + (right - left) * share, time.y(there)),
                    look: match look(kind, step.attempt, lost || unheard) {
                        Look::Reply if error => Look::Error,
                        look => look,
                    },
                    lost: lost || (unheard && arrives <= now),
                    takes: arrives.saturating_sub(step.at),
                });
            }
        }
        let bars = stays(call, now)
            .into_iter()
            .map(|(node, from, to, stay)| Bar {
                x: x(node),
                top: time.y(from),
                foot: time.y(to),
                stay,
                lasts: to - from,
            })
            .collect();
        let end = call.ended.unwrap_or(now);
        Self {
            height: time.foot() + FOOT,
            messages,
            bars,
            breaks: time.breaks.clone(),
            span: (head, time.foot()),
            ends: (time.y(call.began), time.y(end)),
            lifelines,
        }
    }
}

/// When a message that left a node was lost with the link that it was on, if it was.
fn cut_short(call: &CallRecord, hop: &Step, from: NodeId, arrives: Nanos) -> Option<Nanos> {
    let What::Hop { kind: of, .. } = hop.what else {
        return None;
    };
    let lost = call.steps.iter().find(|step| match step.what {
        What::Lost {
            kind,
            at_node,
            why: Loss::LinkCut,
            ..
        } => {
            (kind, at_node, step.attempt) == (of, from, hop.attempt)
                && (hop.at..arrives).contains(&step.at)
        }
        _ => false,
    });
    lost.map(|step| step.at)
}

/// The distance of two of so many lifelines.
pub(super) fn spacing(count: usize) -> f64 {
    (WIDTH - 2.0 * SIDE) / count.saturating_sub(1).max(1) as f64
}

fn look(kind: MessageKind, attempt: u32, lost: bool) -> Look {
    match kind {
        _ if lost => Look::Failure,
        MessageKind::Reset => Look::Failure,
        MessageKind::Request if attempt > 1 => Look::Retry,
        MessageKind::Request => Look::Request,
        MessageKind::Reply => Look::Reply,
        _ => Look::Quiet,
    }
}

/// Whether an attempt at a server failed without a sign of life from it after a message.
fn unheard(call: &CallRecord, message: &Step, server: NodeId) -> bool {
    let of_attempt = || {
        let steps = call.steps.iter();
        steps.filter(|step| step.attempt == message.attempt && step.at > message.at)
    };
    let failed = of_attempt().any(
        |step| matches!(step.what, What::AttemptFailed { server: Some(at), .. } if at == server),
    );
    let heard = of_attempt().any(|step| match step.what {
        What::Hop { from, .. } => from == server,
        What::Queued { server: at, .. }
        | What::Started { server: at }
        | What::Executed { server: at, .. } => at == server,
        _ => false,
    });
    failed && !heard
}

/// The nodes a call met, in the order of meeting.
pub(super) fn met(call: &CallRecord) -> Vec<NodeId> {
    let mut nodes = vec![call.lan];
    let mut meet = |node: NodeId| {
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    };
    for step in &call.steps {
        match step.what {
            What::Hop { from, to, .. } => {
                meet(from);
                meet(to);
            }
            What::Queued { server, .. }
            | What::Started { server }
            | What::Executed { server, .. } => meet(server),
            What::AttemptFailed { at_node, .. } | What::Lost { at_node, .. } => meet(at_node),
            _ => {}
        }
    }
    nodes
}

/// The stays of a call: node, from, to, what.
fn stays(call: &CallRecord, now: Nanos) -> Vec<(NodeId, Nanos, Nanos, Stay)> {
    let mut stays = Vec::new();
    for (place, step) in call.steps.iter().enumerate() {
        let mut later = call.steps[place + 1..]
            .iter()
            .filter(|later| later.attempt == step.attempt && later.at <= now);
        let stop = call.ended.unwrap_or(now).min(now).max(step.at);
        match step.what {
            What::Queued { server, .. } | What::Started { server } => {
                let queued = matches!(step.what, What::Queued { .. });
                let end = later.find(|later| ends_stay(&later.what, server));
                let stay = match end.map(|end| &end.what) {
                    Some(What::Dropped { .. }) => Stay::Dropped { queued },
                    _ if queued => Stay::Queued,
                    _ => Stay::Served,
                };
                stays.push((server, step.at, end.map_or(stop, |end| end.at), stay));
            }
            What::AttemptFailed {
                at_node, reason, ..
            } => {
                // A balancer's wait begins with its choice; a client's with its attempt.
                let chose = call.steps.iter().find_map(|other| match other.what {
                    What::Chosen { at_node: node, .. }
                        if node == at_node && other.attempt == step.attempt =>
                    {
                        Some(other.at)
                    }
                    _ => None,
                });
                let attempt = call
                    .attempts
                    .iter()
                    .find(|attempt| attempt.number == step.attempt);
                let began = chose
                    .or(attempt.map(|attempt| attempt.began))
                    .unwrap_or(call.began);
                let waited = step.at.saturating_sub(began);
                let words = match reason {
                    Reason::TimedOut => format!("no reply {}", words::span(waited)),
                    other => words::reason(other),
                };
                stays.push((at_node, began.min(step.at), step.at, Stay::InVain(words)));
            }
            _ => {}
        }
    }
    stays.retain(|stay| stay.1 <= now);
    stays
}

/// Whether a stay at a server is over by this. That its caller gave it up does not end it: the server
/// may have died before that, and may work on long after.
fn ends_stay(what: &What, at: NodeId) -> bool {
    match *what {
        What::Started { server } | What::Executed { server, .. } | What::Dropped { server, .. } => {
            server == at
        }
        // Turned away.
        What::Hop { kind, from, .. } => kind == MessageKind::Reply && from == at,
        _ => false,
    }
}

/// The piecewise linear map from time to height.
struct Time {
    knots: Vec<(Nanos, f64)>,
    breaks: Vec<f64>,
}

impl Time {
    fn of(call: &CallRecord, now: Nanos, head: f64, scale: Scale) -> Self {
        let mut busy: Vec<(Nanos, Nanos)> = Vec::new();
        let mut instants = vec![call.began, call.ended.unwrap_or(now).min(now)];
        for step in &call.steps {
            instants.push(step.at);
            if let What::Hop { arrives, .. } = step.what {
                instants.push(arrives);
                busy.push((step.at, arrives));
            }
        }
        for (_, from, to, stay) in stays(call, now) {
            instants.extend([from, to]);
            if !matches!(stay, Stay::InVain(_)) {
                busy.push((from, to));
            }
        }
        for instant in &mut instants {
            *instant = (*instant).min(now).max(call.began);
        }
        insertion_sort(&mut instants, |one, two| one < two);
        instants.dedup();
        let gaps: Vec<(f64, bool)> = instants
            .windows(2)
            .map(|pair| {
                let moves = busy
                    .iter()
                    .any(|(from, to)| *from <= pair[0] && *to >= pair[1]);
                ((pair[1] - pair[0]) as f64, moves)
            })
            .collect();
        let busy_time: f64 = gaps.iter().filter(|gap| gap.1).map(|gap| gap.0).sum();
        let all: f64 = gaps.iter().map(|gap| gap.0).sum();
        let longest = if busy_time > 0.0 {
            busy_time * LONGEST_WAIT
        } else {
            all
        };
        let shown = |gap: &(f64, bool)| if gap.1 { gap.0 } else { gap.0.min(longest) };
        let total: f64 = gaps.iter().map(shown).sum();
        let mut y = head;
        let mut breaks = Vec::new();
        let mut knots = vec![(call.began, head)];
        for (gap, end) in gaps.iter().zip(instants.iter().skip(1)) {
            let cut = !gap.1 && gap.0 > longest * 1.5;
            let least = if cut { 16.0 } else { scale.least };
            let height = (shown(gap) / total.max(1.0) * scale.height).max(least);
            if cut {
                breaks.push(y + height / 2.0);
            }
            y += height;
            knots.push((*end, y));
        }
        Self { knots, breaks }
    }

    fn y(&self, at: Nanos) -> f64 {
        let next = self.knots.partition_point(|knot| knot.0 < at);
        match (
            next.checked_sub(1)
                .and_then(|before| self.knots.get(before)),
            self.knots.get(next),
        ) {
            (Some(before), Some(after)) => {
                let share = (at - before.0) as f64 / (after.0 - before.0).max(1) as f64;
                before.1 + (after.1 - before.1) * share
            }
            (Some(knot), None) | (None, Some(knot)) => knot.1,
            (None, None) => 0.0,
        }
    }

    fn foot(&self) -> f64 {
        self.knots.last().map_or(0.0, |knot| knot.1)
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
