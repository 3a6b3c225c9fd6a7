//! What is drawn, as plain data: a copy of what the stage needs of the world, taken a few times a
//! second. Everything behind it is a function of these figures and testable without a world.

use crate::order::insertion_sort;
use simulation::action::Death;
use simulation::scenario::{Load, Position};
use simulation::time::seconds;
use simulation::view::{Belief, Life, LinkState, NodeView, RoleView};
use simulation::{LinkId, Nanos, NodeId, World};

/// The kinds of node, in reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Lan,
    Router,
    Isp,
    Balancer,
    Server,
}

impl Kind {
    /// What it is called.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Lan => "client LAN",
            Self::Router => "router",
            Self::Isp => "internet service provider",
            Self::Balancer => "load balancer",
            Self::Server => "server",
        }
    }
}

/// What is particular to a kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Body {
    Plain,
    Lan { clients: u32, rate: Option<f64> },
    Balancer { policy: &'static str },
    Server(Server),
}

/// A server's state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Server {
    pub(crate) utilisation: f64,
    pub(crate) queued: u32,
    pub(crate) speed: f64,
    pub(crate) draining: bool,
    pub(crate) believed: Belief,
    pub(crate) watched: bool,
}

impl Server {
    /// Whether balancers take it for one that runs.
    pub(crate) const fn trusted(&self) -> bool {
        matches!(self.believed, Belief::Up)
    }

    /// What balancers do not know of it, once it is dead.
    pub(crate) const fn unknown(&self) -> &'static str {
        if self.watched {
            "balancer does not know yet"
        } else {
            "nobody checks it"
        }
    }

    /// Whether balancers keep new calls from it because of what they believe of it.
    pub(crate) const fn out(&self) -> bool {
        matches!(self.believed, Belief::Down { .. } | Belief::Ejected { .. })
    }
}

/// A node to draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure {
    pub(crate) id: NodeId,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) position: Position,
    /// How and for how long it has been dead.
    pub(crate) dead: Option<(Death, Nanos)>,
    pub(crate) body: Body,
}

/// A link to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LinkFigure {
    pub(crate) id: LinkId,
    pub(crate) a: NodeId,
    pub(crate) b: NodeId,
    pub(crate) state: LinkState,
    /// Messages on it toward `b`, and toward `a`.
    pub(crate) traffic: [u32; 2],
}

/// Everything to draw but what moves.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Snapshot {
    pub(crate) service: String,
    pub(crate) nodes: Vec<Figure>,
    pub(crate) links: Vec<LinkFigure>,
}

impl Snapshot {
    /// The world as it stands.
    pub(crate) fn of(world: &World, service: String) -> Self {
        let now = world.now();
        let mut nodes: Vec<Figure> = world.nodes().map(|node| figure(&node, now)).collect();
        // Readers go with the traffic: from the clients to the servers, and down each column.
        insertion_sort(&mut nodes, |one, two| {
            one.kind
                .cmp(&two.kind)
                .then(one.position.y.total_cmp(&two.position.y))
                .then(one.position.x.total_cmp(&two.position.x))
                .is_lt()
        });
        let mut links: Vec<LinkFigure> = world
            .links()
            .map(|link| LinkFigure {
                id: link.id,
                a: link.a,
                b: link.b,
                state: link.state,
                traffic: [0, 0],
            })
            .collect();
        insertion_sort(&mut links, |one, two| one.id < two.id);
        for message in world.messages() {
            if let Ok(index) = links.binary_search_by_key(&message.link, |link| link.id) {
                links[index].traffic[usize::from(!message.forward)] += 1;
            }
        }
        Self {
            service,
            nodes,
            links,
        }
    }

    /// Servers in all, and those that run.
    pub(crate) fn servers(&self) -> (usize, usize) {
        let servers = self.nodes.iter().filter(|node| node.kind == Kind::Server);
        let up = servers.clone().filter(|node| node.dead.is_none()).count();
        (servers.count(), up)
    }
}

fn figure(node: &NodeView<'_>, now: Nanos) -> Figure {
    let (kind, body) = match &node.role {
        RoleView::Lan(lan) => {
            let rate = match lan.spec.load {
                Load::Poisson { rate } | Load::Constant { rate } => Some(rate),
                Load::Closed { .. } => None,
            };
            (
                Kind::Lan,
                Body::Lan {
                    clients: lan.spec.clients,
                    rate,
                },
            )
        }
        RoleView::Router => (Kind::Router, Body::Plain),
        RoleView::Isp => (Kind::Isp, Body::Plain),
        RoleView::Balancer(view) => (
            Kind::Balancer,
            Body::Balancer {
                policy: view.balancer.settings().policy.name(),
            },
        ),
        RoleView::Server(server) => (
            Kind::Server,
            Body::Server(Server {
                utilisation: server.utilisation,
                queued: server.queued,
                speed: server.spec.speed,
                draining: server.draining,
                believed: server.believed,
                watched: server.watched,
            }),
        ),
    };
    let dead = match node.life {
        Life::Up => None,
        Life::Dead { death, since } => Some((death, now.saturating_sub(since))),
    };
    Figure {
        id: node.id,
        name: node.name.to_owned(),
        kind,
        position: node.position,
        dead,
        body,
    }
}

/// A duration as the stage says it: tenths of a second while they can be told apart.
pub(crate) fn span(time: Nanos) -> String {
    let time = seconds(time);
    if time < 9.95 {
        format!("{time:.1} s")
    } else {
        format!("{time:.0} s")
    }
}

/// A speed factor, a rate and the like, without digits that say nothing.
pub(crate) fn number(value: f64) -> String {
    let text = if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulation::time::{MILLISECOND, SECOND};

    #[test]
    fn spans_keep_two_digits() {
        assert_eq!(span(1400 * MILLISECOND), "1.4 s");
        assert_eq!(span(9_940 * MILLISECOND), "9.9 s");
        assert_eq!(span(83 * SECOND), "83 s");
    }

    #[test]
    fn numbers_end_where_they_stop_saying_something() {
        assert_eq!(number(0.2), "0.2");
        assert_eq!(number(40.0), "40");
        assert_eq!(number(1.25), "1.25");
        assert_eq!(number(1200.4), "1200");
    }
}
