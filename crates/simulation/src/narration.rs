//! Incidents in words: one sentence each, in the field's terms, with the numbers of the run.

use crate::action::Death;
use crate::ids::NodeId;
use crate::incident::{Incident, IncidentKind};
use crate::record::Reason;
use crate::time::{Nanos, milliseconds, seconds};
use crate::view::{Life, LinkState, RoleView};
use crate::world::World;
use balancer::Change;

/// A number of a call, or a count, with its digits in groups of three from five digits on: `4182`,
/// `12 345`, with narrow spaces that do not break.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A duration as a person says it: `31 ms`, `4.31 s`.
#[must_use]
pub fn duration(time: Nanos) -> String {
    let ms = milliseconds(time);
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else if ms < 1_000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.2} s", seconds(time))
    }
}

/// Why an attempt failed, as the end of a sentence about a server.
#[must_use]
pub fn because(reason: Reason) -> String {
    match reason {
        Reason::Refused => "refused the connection".to_owned(),
        Reason::Reset => "reset the connection".to_owned(),
        Reason::TimedOut => "did not answer in time".to_owned(),
        Reason::QueueFull => "turned it away: its queue is full".to_owned(),
        Reason::NoBackend => "had no server left to try".to_owned(),
        Reason::Deadline => "had not answered when the deadline passed".to_owned(),
        Reason::Abandoned => "had not answered when its caller left".to_owned(),
        Reason::Overtaken => "was slower than another attempt".to_owned(),
        Reason::Status(status) => format!("answered {}", status.name()),
    }
}

impl World {
    /// An incident in one sentence, with the numbers of this run.
    #[must_use]
    pub fn sentence(&self, incident: &Incident) -> String {
        match &incident.kind {
            IncidentKind::Killed { node, death, lost } => {
                let name = self.name(*node);
                let how = match death {
                    Death::Crash => "crashed: its host resets what was open",
                    Death::Silence => "fell silent: nobody will hear from it",
                };
                match lost {
                    0 => format!("{name} {how}."),
                    1 => format!("{name} {how}; 1 request was lost with it."),
                    many => format!("{name} {how}; {many} requests were lost with it."),
                }
            }
            IncidentKind::Revived { node } => {
                format!("{} is running again, empty.", self.name(*node))
            }
            IncidentKind::Drained { node, draining } => {
                let name = self.name(*node);
                if *draining {
                    format!("{name} is drained: it answers what it has, and is sent nothing new.")
                } else {
                    format!("{name} is sent calls again.")
                }
            }
            IncidentKind::Paced {
                node,
                before,
                speed,
            } => {
                let name = self.name(*node);
                let change = if speed < before { "slower" } else { "faster" };
                if *speed == 1.0 {
                    format!("{name} works at its usual speed again.")
                } else {
                    format!("{name} works {change} now: at {speed} times its usual speed.")
                }
            }
            IncidentKind::Link {
                a,
                b,
                before,
                state,
            } => {
                let ends = format!("The link from {} to {}", self.name(*a), self.name(*b));
                match (before, state) {
                    (_, LinkState::Cut) => format!("{ends} is cut: what was on it is lost."),
                    (_, LinkState::Held) => {
                        format!("{ends} is held: what is sent over it waits at its end.")
                    }
                    (LinkState::Held, LinkState::Up) => {
                        format!("{ends} is let go: what waited arrives.")
                    }
                    (_, LinkState::Up) => format!("{ends} is whole again."),
                }
            }
            IncidentKind::Added { node } => self.added(*node),
            IncidentKind::Removed { node } => {
                format!("{} was taken off the stage.", self.name(*node))
            }
            IncidentKind::Rerouted {
                call,
                failed,
                reason,
                next,
                attempt,
                cost,
                ..
            } => format!(
                "Call {} rerouted: {} {}; attempt {attempt} goes to {}, {} lost.",
                count(*call),
                self.name(*failed),
                because(*reason),
                self.name(*next),
                duration(*cost)
            ),
            IncidentKind::Retried {
                call,
                lan,
                reason,
                attempt,
                backoff,
            } => format!(
                "Call {} failed for a client of {}: the service {}; attempt {attempt} follows after {}.",
                count(*call),
                self.name(*lan),
                because(*reason),
                duration(*backoff)
            ),
            IncidentKind::CallFailed {
                call,
                server,
                status,
                reason,
                after,
                attempts,
                shed,
                ..
            } => {
                let who = server.map_or("the service", |server| self.name(server));
                let tries = if *attempts == 1 {
                    "1 attempt".to_owned()
                } else {
                    format!("{attempts} attempts")
                };
                let call = count(*call);
                let (after, because) = (duration(*after), because(*reason));
                if *shed {
                    format!("Call {call} was shed after {after} and {tries}: {who} {because}.")
                } else {
                    let status = status.name();
                    format!(
                        "Call {call} failed after {after} and {tries} with {status}: {who} {because}."
                    )
                }
            }
            IncidentKind::CutOff { callers } => {
                let it = if callers.len() == 1 {
                    "it sends"
                } else {
                    "they send"
                };
                format!(
                    "There is no way from {} to {} now: what {it} is lost.",
                    self.listed(callers),
                    self.answering(callers)
                )
            }
            IncidentKind::Joined { callers } => format!(
                "There is a way from {} to {} again.",
                self.listed(callers),
                self.answering(callers)
            ),
            IncidentKind::Health {
                balancer,
                server,
                transition,
                gap,
            } => {
                let (balancer, server) = (self.name(*balancer), self.name(*server));
                let change = match transition.change {
                    Change::Down => format!("{balancer} takes {server} out"),
                    Change::Ejected { until } => {
                        let time = duration(until.saturating_sub(incident.at));
                        format!("{balancer} ejects {server} for {time}")
                    }
                    Change::Up => format!("{balancer} takes {server} back in"),
                    Change::Restored => format!("{balancer} gives {server} another chance"),
                };
                let why = transition.because;
                let back = matches!(transition.change, Change::Up | Change::Restored);
                match gap {
                    Some(gap) if back => {
                        format!("{change}: {why}, {} after its revival.", duration(*gap))
                    }
                    Some(gap) => format!("{change}: {why}, {} after its death.", duration(*gap)),
                    None => format!("{change}: {why}."),
                }
            }
        }
    }

    /// What a new part does.
    fn added(&self, node: NodeId) -> String {
        let name = self.name(node);
        let linked = self.links().any(|link| link.a == node || link.b == node);
        if self.node(node).is_some_and(|it| it.life != Life::Up) {
            return format!("{name} was put back, and is down as before.");
        }
        match self.node(node).map(|it| it.role) {
            Some(RoleView::Server(server)) if server.draining => {
                format!("{name} was put back, and is drained as before.")
            }
            _ if !linked => format!("{name} was added; it has no link yet."),
            Some(RoleView::Server(_)) => format!("{name} was added: there is one more to serve."),
            Some(RoleView::Lan(_)) => {
                format!("{name} was added: its clients call the service too.")
            }
            Some(RoleView::Balancer(_)) => {
                format!("{name} was added: clients call the balancers in turn.")
            }
            _ => format!("{name} was added."),
        }
    }

    /// Names as a person lists them: “LAN A, LAN B and LAN C”.
    fn listed(&self, nodes: &[NodeId]) -> String {
        let names: Vec<&str> = nodes.iter().map(|node| self.name(*node)).collect();
        match &names[..] {
            [] => String::new(),
            [only] => (*only).to_owned(),
            [most @ .., last] => format!("{} and {last}", most.join(", ")),
        }
    }

    /// Whom these call.
    fn answering(&self, callers: &[NodeId]) -> &'static str {
        let balancer = callers.first().and_then(|first| self.node(*first));
        match balancer.map(|node| node.role) {
            Some(RoleView::Balancer(_)) => "a server",
            _ => "the service",
        }
    }
}
