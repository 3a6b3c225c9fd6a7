//! What stays in view for a moment after it happened: the leg that failed and the leg taken
//! instead, a death, a revival.
//!
//! They age in real time, and only while the world plays: who pauses to look at a reroute can.

use super::geometry::Point;
use super::scene::Scene;
use simulation::incident::{Incident, IncidentKind};
use simulation::{LinkId, NodeId};

/// For how many real milliseconds a leg is shown.
pub(crate) const LEG_LASTS: f64 = 1500.0;
/// For how many real milliseconds the place of a lost message is marked.
pub(crate) const WRECK_LASTS: f64 = 900.0;
/// For how many real milliseconds a pulse spreads.
pub(crate) const PULSE_LASTS: f64 = 700.0;

/// How much of the others is seen while the legs of one call are told of.
const ASIDE: f64 = 0.35;

/// Steps in which a leg fades.
const SHADES: f64 = 8.0;

/// What became of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LegKind {
    /// The attempt on it failed.
    Failed,
    /// The next attempt went this way.
    Instead,
}

/// The way of an attempt, from the balancer to the server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leg {
    pub(crate) kind: LegKind,
    /// Its links in order, and whether each is passed from its `a` to its `b`.
    pub(crate) links: Vec<(LinkId, bool)>,
    age: f64,
}

impl Leg {
    /// How much of it can be seen: all for most of its time, then less and less.
    pub(crate) fn strength(&self) -> f64 {
        ((LEG_LASTS - self.age) / (LEG_LASTS * 0.6)).clamp(0.0, 1.0)
    }
}

/// A ring that spreads from a node once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pulse {
    pub(crate) node: NodeId,
    /// Whether it tells of a death; else of a revival.
    pub(crate) death: bool,
    age: f64,
}

impl Pulse {
    /// How far it has come, 0.0..=1.0.
    pub(crate) fn progress(&self) -> f64 {
        (self.age / PULSE_LASTS).clamp(0.0, 1.0)
    }

    /// Lets real time pass for it alone; its age.
    pub(crate) fn spread(&mut self, real_ms: f64) -> f64 {
        self.age += real_ms;
        self.age
    }
}

/// Where a message was when its link was cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wreck {
    pub(crate) at: Point,
    age: f64,
}

impl Wreck {
    /// How much of it can be seen.
    pub(crate) fn strength(&self) -> f64 {
        (1.0 - self.age / WRECK_LASTS).clamp(0.0, 1.0)
    }
}

/// What is in view for a moment.
#[derive(Debug, Default)]
pub(crate) struct Afterglow {
    /// The number of the last incident that was seen.
    pub(crate) seen: u64,
    legs: Vec<Leg>,
    /// The incident that the sentence on the stage tells, and its legs: they stand as long as it does.
    told: Option<u64>,
    told_legs: Vec<Leg>,
    pub(crate) pulses: Vec<Pulse>,
    pub(crate) wrecks: Vec<Wreck>,
}

impl Afterglow {
    /// Takes an incident in.
    pub(crate) fn note(&mut self, incident: &Incident, scene: &Scene) {
        self.seen = self.seen.max(incident.number);
        match incident.kind {
            IncidentKind::Rerouted {
                balancer,
                failed,
                next,
                ..
            } => {
                self.leg(LegKind::Failed, scene, balancer, failed);
                self.leg(LegKind::Instead, scene, balancer, next);
            }
            IncidentKind::Killed { node, .. } => {
                self.pulses.push(Pulse {
                    node,
                    death: true,
                    age: 0.0,
                });
            }
            IncidentKind::Revived { node } => {
                self.pulses.push(Pulse {
                    node,
                    death: false,
                    age: 0.0,
                });
            }
            _ => {}
        }
    }

    /// The sentence on the stage tells of this incident now, or of none.
    pub(crate) fn tell(&mut self, incident: Option<&Incident>, scene: &Scene) {
        let number = incident.map(|it| it.number);
        if number == self.told {
            return;
        }
        self.told = number;
        let leg = |kind, links| Leg {
            kind,
            links,
            age: 0.0,
        };
        self.told_legs = match incident.map(|it| &it.kind) {
            Some(&IncidentKind::Rerouted {
                balancer,
                failed,
                next,
                ..
            }) => vec![
                leg(LegKind::Failed, route(scene, balancer, failed)),
                leg(LegKind::Instead, route(scene, balancer, next)),
            ],
            Some(&IncidentKind::CallFailed {
                lan,
                server: Some(server),
                ..
            }) => {
                // Where it ended; the whole of its way would shout.
                let way = route(scene, lan, server);
                let last = way.last().copied().into_iter().collect();
                vec![leg(LegKind::Failed, last)]
            }
            _ => Vec::new(),
        };
    }

    /// The legs in view, and how much of each is seen.
    pub(crate) fn shown(&self, still: bool) -> impl Iterator<Item = (&Leg, f64)> {
        let aside = if self.told_legs.is_empty() {
            1.0
        } else {
            ASIDE
        };
        let others = self.legs.iter().filter(|leg| {
            let same = |told: &Leg| told.kind == leg.kind && told.links == leg.links;
            !self.told_legs.iter().any(same)
        });
        let others = others.map(move |leg| {
            let strength = if still { 1.0 } else { leg.strength() };
            (leg, strength * aside)
        });
        others.chain(self.told_legs.iter().map(|leg| (leg, 1.0)))
    }

    fn leg(&mut self, kind: LegKind, scene: &Scene, from: NodeId, to: NodeId) {
        let links = route(scene, from, to);
        if links.is_empty() {
            return;
        }
        // A hundred calls that take the same detour are one leg, and its time begins again.
        match self
            .legs
            .iter_mut()
            .find(|leg| leg.kind == kind && leg.links == links)
        {
            Some(leg) => leg.age = 0.0,
            None => self.legs.push(Leg {
                kind,
                links,
                age: 0.0,
            }),
        }
    }

    /// Marks where a message was lost.
    pub(crate) fn wreck(&mut self, at: Point) {
        self.wrecks.push(Wreck { at, age: 0.0 });
    }

    /// Whether there is nothing to see.
    pub(crate) fn is_empty(&self) -> bool {
        let legs = self.legs.is_empty() && self.told_legs.is_empty();
        legs && self.pulses.is_empty() && self.wrecks.is_empty()
    }

    /// A number that changes when the legs look different on a scene: [`SHADES`] steps of fading
    /// are told apart.
    pub(crate) fn look(&self, still: bool, scene: u64) -> u64 {
        self.shown(still).fold(scene + 1, |look, (leg, strength)| {
            let shade = strength * SHADES;
            let links = leg
                .links
                .iter()
                .fold(leg.kind as u64, |sum, (link, forward)| {
                    sum * 2_003 + u64::from(link.0) * 2 + u64::from(*forward)
                });
            (look ^ (links * 16 + shade as u64)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// Lets real time pass.
    pub(crate) fn age(&mut self, real_ms: f64) {
        for leg in &mut self.legs {
            leg.age += real_ms;
        }
        for pulse in &mut self.pulses {
            pulse.age += real_ms;
        }
        for wreck in &mut self.wrecks {
            wreck.age += real_ms;
        }
        self.wrecks.retain(|wreck| wreck.age < WRECK_LASTS);
        self.legs.retain(|leg| leg.age < LEG_LASTS);
        self.pulses.retain(|pulse| pulse.age < PULSE_LASTS);
    }
}

/// The fewest links from one node to another.
fn route(scene: &Scene, from: NodeId, to: NodeId) -> Vec<(LinkId, bool)> {
    let index = |id: NodeId| scene.nodes.iter().position(|node| node.figure.id == id);
    let (Some(start), Some(goal)) = (index(from), index(to)) else {
        return Vec::new();
    };
    let mut came: Vec<Option<(usize, LinkId, bool)>> = vec![None; scene.nodes.len()];
    let mut queue = vec![start];
    let mut head = 0;
    while let Some(&node) = queue.get(head) {
        head += 1;
        for wire in &scene.wires {
            let (next, forward) = match wire.ends {
                [a, b] if a == node => (b, true),
                [a, b] if b == node => (a, false),
                _ => continue,
            };
            if next != start && came[next].is_none() {
                came[next] = Some((node, wire.figure.id, forward));
                queue.push(next);
            }
        }
    }
    let mut links = Vec::new();
    let mut node = goal;
    while let Some((before, link, forward)) = came[node] {
        links.push((link, forward));
        node = before;
    }
    links.reverse();
    links
}

#[cfg(test)]
mod tests {
    use super::super::figures::{Body, Figure, Kind, LinkFigure, Snapshot};
    use super::super::text::Estimate;
    use super::super::viewport::{PLANE, Viewport};
    use super::*;
    use simulation::record::Reason;
    use simulation::scenario::Position;
    use simulation::view::LinkState;

    fn scene() -> Scene {
        let nodes = (1..=4)
            .map(|id| Figure {
                id: NodeId(id),
                name: format!("node-{id}"),
                kind: Kind::Router,
                position: Position {
                    x: f64::from(id) * 200.0,
                    y: 300.0,
                },
                dead: None,
                body: Body::Plain,
            })
            .collect();
        let link = |id, a, b| LinkFigure {
            id: LinkId(id),
            a: NodeId(a),
            b: NodeId(b),
            state: LinkState::Up,
            traffic: [0, 0],
        };
        let links = vec![link(1, 1, 2), link(2, 3, 2), link(3, 1, 4)];
        let snapshot = Snapshot {
            service: String::new(),
            nodes,
            links,
        };
        Scene::lay_out(
            snapshot,
            Viewport::fit(900.0, 500.0, PLANE, 4),
            None,
            &Estimate,
        )
    }

    fn rerouted(number: u64) -> Incident {
        Incident {
            number,
            at: 0,
            kind: IncidentKind::Rerouted {
                call: 1,
                balancer: NodeId(1),
                failed: NodeId(3),
                reason: Reason::TimedOut,
                next: NodeId(4),
                attempt: 2,
                cost: 31,
            },
        }
    }

    #[test]
    fn a_route_passes_links_in_their_directions() {
        let there = route(&scene(), NodeId(1), NodeId(3));
        assert_eq!(there, [(LinkId(1), true), (LinkId(2), false)]);
        assert!(route(&scene(), NodeId(1), NodeId(1)).is_empty());
    }

    #[test]
    fn the_legs_that_are_told_of_stand_and_the_others_step_back() {
        let (mut glow, scene) = (Afterglow::default(), scene());
        let told = rerouted(1);
        glow.note(&told, &scene);
        glow.tell(Some(&told), &scene);
        assert!(glow.shown(false).all(|(_, strength)| strength == 1.0));
        let mut other = rerouted(2);
        if let IncidentKind::Rerouted { next, .. } = &mut other.kind {
            *next = NodeId(2);
        }
        glow.note(&other, &scene);
        let strengths: Vec<f64> = glow.shown(false).map(|(_, strength)| strength).collect();
        assert_eq!(strengths, [ASIDE, 1.0, 1.0]);
        glow.age(LEG_LASTS);
        assert_eq!(glow.shown(false).count(), 2, "as long as the sentence");
        glow.tell(None, &scene);
        assert!(glow.is_empty());
    }

    #[test]
    fn the_same_detour_again_renews_its_leg() {
        let mut glow = Afterglow::default();
        glow.note(&rerouted(1), &scene());
        glow.age(1400.0);
        assert!(glow.legs[0].strength() < 0.2);
        glow.note(&rerouted(2), &scene());
        assert_eq!((glow.legs.len(), glow.seen), (2, 2));
        assert!(glow.legs[0].strength() > 0.99);
        glow.age(LEG_LASTS);
        assert!(glow.legs.is_empty());
    }
}
