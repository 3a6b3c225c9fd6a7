//! What just happened, in a sentence that stands long enough to be read.
//!
//! Incidents come faster than anyone reads. One is shown at a time; a graver one may take its place
//! at once, another only after a while. What was done to the system and what a balancer found out
//! waits until it can be told; calls that were passed over are counted and told together.

use simulation::incident::{Incident, IncidentKind};
use simulation::record::CallId;
use simulation::view::LinkState;
use simulation::{Nanos, NodeId, World};

/// How long a sentence stands before one of the same weight may follow, in milliseconds.
const STANDS: f64 = 2_600.0;
/// How long a change stands before another change, of another part, may follow.
const GLANCE: f64 = 700.0;
/// How long it stands with nothing to follow.
const FADES: f64 = 9_000.0;
/// How many wait to be told. Who runs at a hundred times the speed sees the latest of them.
const WAITING: usize = 4;

/// A sentence on the stage.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Story {
    /// The incident that it tells.
    pub(crate) number: u64,
    /// When it happened.
    pub(crate) at: Nanos,
    /// One or two words.
    pub(crate) title: &'static str,
    /// What happened and why, with the numbers of this run.
    pub(crate) sentence: String,
    /// What was passed over meanwhile.
    pub(crate) also: Option<String>,
    /// `failure`, `reroute` or `recovery`: how it is drawn, besides its title.
    pub(crate) tone: &'static str,
}

/// Chooses what to tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Teller {
    seen: u64,
    weight: u32,
    /// The part that it is about.
    about: Option<NodeId>,
    since: f64,
    /// Changes and discoveries that are still to be told, the oldest first.
    waiting: Vec<Incident>,
    failed: u32,
    shed: u32,
    /// Which calls were; one may be twice.
    rerouted: Vec<CallId>,
    told: Option<Story>,
}

impl Teller {
    /// Looks at what happened since the last look; the story that stands now.
    pub(crate) fn look(&mut self, world: &World, real_ms: f64) -> Option<Story> {
        if world.incidents_since(self.seen).next().is_none()
            && self.seen > 0
            && world.incidents_since(self.seen - 1).next().is_none()
        {
            // Another run: its incidents are numbered anew.
            *self = Self::default();
        }
        let mut light: Option<Incident> = None;
        for incident in world.incidents_since(self.seen) {
            self.seen = incident.number;
            match incident.kind {
                ref kind if sheds(kind) => self.shed += 1,
                IncidentKind::CallFailed { .. } => self.failed += 1,
                IncidentKind::Rerouted { call, .. } if !self.rerouted.contains(&call) => {
                    self.rerouted.push(call);
                }
                _ => {}
            }
            let weight = weight(&incident.kind);
            if weight < DISCOVERY {
                if light
                    .as_ref()
                    .is_none_or(|it| weight >= self::weight(&it.kind))
                {
                    light = Some(incident.clone());
                }
                continue;
            }
            if weight == CHANGE {
                // What was to be told of that part is past.
                let part = about(&incident.kind);
                self.waiting.retain(|it| about(&it.kind) != part);
            }
            self.waiting.push(incident.clone());
            if self.waiting.len() > WAITING {
                self.waiting.remove(0);
            }
        }
        let stood = real_ms - self.since;
        if let Some(incident) = self.next(light, stood) {
            self.weight = weight(&incident.kind);
            self.about = about(&incident.kind);
            self.since = real_ms;
            self.told = Some(self.tell(world, &incident));
            self.forget();
        } else if stood > FADES {
            self.told = None;
            self.weight = 0;
            self.forget();
        }
        self.told.clone()
    }

    /// Counts anew.
    fn forget(&mut self) {
        (self.failed, self.shed) = (0, 0);
        self.rerouted.clear();
    }

    /// What takes the place of what has stood so long, if anything does.
    fn next(&mut self, light: Option<Incident>, stood: f64) -> Option<Incident> {
        let changes = |it: &Incident| weight(&it.kind) == CHANGE;
        let place = self.waiting.iter().position(changes).unwrap_or(0);
        let next = self.waiting.get(place).or(light.as_ref())?;
        let weight = weight(&next.kind);
        let soon = weight == CHANGE && (stood > GLANCE || about(&next.kind) == self.about);
        if self.told.is_some() && stood <= STANDS && weight <= self.weight && !soon {
            return None;
        }
        if self.waiting.is_empty() {
            return light;
        }
        Some(self.waiting.remove(place))
    }

    fn tell(&self, world: &World, incident: &Incident) -> Story {
        let (title, tone) = match &incident.kind {
            IncidentKind::Killed { .. } => ("Killed", "failure"),
            IncidentKind::Drained { draining: true, .. } => ("Draining", "reroute"),
            IncidentKind::Drained { .. } => ("In use", "recovery"),
            IncidentKind::Paced { before, speed, .. } if speed < before => ("Slowed", "reroute"),
            IncidentKind::Paced { .. } => ("Faster", "recovery"),
            IncidentKind::Link { state, .. } => match state {
                LinkState::Cut => ("Cut", "failure"),
                LinkState::Held => ("Held", "reroute"),
                LinkState::Up => ("Open", "recovery"),
            },
            IncidentKind::Added { .. } => ("Added", "recovery"),
            IncidentKind::Removed { .. } => ("Removed", "reroute"),
            IncidentKind::Revived { .. } => ("Revived", "recovery"),
            IncidentKind::Rerouted { .. } => ("Rerouted", "reroute"),
            IncidentKind::Retried { .. } => ("Retried", "reroute"),
            kind if sheds(kind) => ("Shed", "failure"),
            IncidentKind::CallFailed { .. } => ("Failed", "failure"),
            IncidentKind::CutOff { .. } => ("Cut off", "failure"),
            IncidentKind::Joined { .. } => ("Joined", "recovery"),
            IncidentKind::Health { transition, .. } => match transition.change {
                balancer::Change::Down => ("Found down", "failure"),
                balancer::Change::Ejected { .. } => ("Ejected", "reroute"),
                balancer::Change::Up => ("Found up", "recovery"),
                balancer::Change::Restored => ("Back in", "recovery"),
            },
        };
        // Without the one that is told of.
        let [failed, shed] = match &incident.kind {
            kind if sheds(kind) => [0, 1],
            IncidentKind::CallFailed { .. } => [1, 0],
            _ => [0, 0],
        };
        let told = match incident.kind {
            IncidentKind::Rerouted { call, .. } => Some(call),
            _ => None,
        };
        let rerouted = self.rerouted.iter().filter(|&&call| Some(call) != told);
        Story {
            number: incident.number,
            at: incident.at,
            title,
            sentence: world.sentence(incident),
            also: also(
                self.failed.saturating_sub(failed),
                self.shed.saturating_sub(shed),
                rerouted.count() as u32,
            ),
            tone,
        }
    }
}

/// How long what is said aloud stands before something else may be said, in milliseconds.
const SPOKEN: f64 = 2_000.0;

/// Paces what a screen reader is told: the latest text, at most one in two seconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Announcer {
    text: String,
    since: Option<f64>,
}

impl Announcer {
    /// What is said now, when this is what there is to say.
    pub(crate) fn say(&mut self, text: String, real_ms: f64) -> String {
        let free = self.since.is_none_or(|since| real_ms - since >= SPOKEN);
        if free && text != self.text {
            self.text = text;
            self.since = Some(real_ms);
        }
        self.text.clone()
    }
}

/// The weight of a change of the system.
const CHANGE: u32 = 4;
/// That of what a balancer found out.
const DISCOVERY: u32 = 3;

fn weight(kind: &IncidentKind) -> u32 {
    match kind {
        IncidentKind::Killed { .. }
        | IncidentKind::Revived { .. }
        | IncidentKind::Drained { .. }
        | IncidentKind::Paced { .. }
        | IncidentKind::Link { .. }
        | IncidentKind::Added { .. }
        | IncidentKind::Removed { .. }
        | IncidentKind::CutOff { .. }
        | IncidentKind::Joined { .. } => CHANGE,
        IncidentKind::Health { .. } => DISCOVERY,
        IncidentKind::CallFailed { .. } => 2,
        IncidentKind::Rerouted { .. } | IncidentKind::Retried { .. } => 1,
    }
}

/// The part that a change or a discovery is about.
fn about(kind: &IncidentKind) -> Option<NodeId> {
    match kind {
        IncidentKind::Killed { node, .. }
        | IncidentKind::Revived { node }
        | IncidentKind::Drained { node, .. }
        | IncidentKind::Paced { node, .. }
        | IncidentKind::Added { node }
        | IncidentKind::Removed { node } => Some(*node),
        IncidentKind::Health { server, .. } => Some(*server),
        IncidentKind::CutOff { callers } | IncidentKind::Joined { callers } => {
            callers.first().copied()
        }
        _ => None,
    }
}

/// Whether a call was turned away, rather than failed: the ledger, too, tells the two apart.
fn sheds(kind: &IncidentKind) -> bool {
    matches!(kind, IncidentKind::CallFailed { shed: true, .. })
}

fn also(failed: u32, shed: u32, rerouted: u32) -> Option<String> {
    let calls = |count: u32, what: &str| match count {
        0 => None,
        1 => Some(format!("1 call {what}")),
        many => Some(format!("{many} calls {what}")),
    };
    let each = [
        calls(failed, "failed"),
        calls(shed, "shed"),
        calls(rerouted, "rerouted"),
    ];
    let each: Vec<String> = each.into_iter().flatten().collect();
    (!each.is_empty()).then(|| format!("Meanwhile {}.", each.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulation::action::{Action, Death, Ends};
    use simulation::presets;
    use simulation::time::{MILLISECOND, SECOND};

    fn world() -> World {
        let mut world = World::new(&presets::find("five-servers").unwrap()).unwrap();
        world.advance(SECOND);
        world
    }

    #[test]
    fn a_death_is_told_at_once_and_stands() {
        let mut world = world();
        let mut teller = Teller::default();
        assert_eq!(teller.look(&world, 0.0), None);
        world
            .apply(&Action::Kill("server-2".to_owned(), Death::Silence))
            .unwrap();
        let story = teller.look(&world, 100.0).unwrap();
        assert_eq!(story.title, "Killed");
        assert!(story.sentence.contains("server-2"), "{}", story.sentence);
        world.advance(SECOND + 700 * MILLISECOND);
        assert!(
            world.ledger().attempts.failed > 0,
            "something lighter has happened"
        );
        assert_eq!(teller.look(&world, 1_000.0).unwrap(), story, "it stands");
        let next = teller.look(&world, 3_000.0);
        assert!(next.is_some());
        assert_eq!(
            teller.look(&world, 30_000.0),
            None,
            "and fades when nothing follows"
        );
    }

    fn kill(world: &mut World, name: &str, death: Death) {
        world.apply(&Action::Kill(name.to_owned(), death)).unwrap();
    }

    #[test]
    fn a_discovery_waits_until_the_death_has_been_read() {
        let mut world = world();
        let mut teller = Teller::default();
        teller.look(&world, 0.0);
        kill(&mut world, "server-2", Death::Silence);
        assert_eq!(teller.look(&world, 100.0).unwrap().title, "Killed");
        // At ten times the speed all of it comes to light in half a second.
        for look in 1..=5 {
            world.advance(world.now() + SECOND);
            let story = teller.look(&world, 100.0 + 100.0 * f64::from(look));
            assert_eq!(story.unwrap().title, "Killed");
        }
        world.advance(world.now() + 20 * SECOND);
        assert_eq!(teller.look(&world, 2_800.0).unwrap().title, "Found down");
    }

    #[test]
    fn what_is_done_is_told_though_something_else_was_just_done() {
        let mut world = world();
        let mut teller = Teller::default();
        teller.look(&world, 0.0);
        kill(&mut world, "server-2", Death::Crash);
        teller.look(&world, 100.0);
        kill(&mut world, "server-3", Death::Crash);
        let told = |teller: &mut Teller, world: &World, at| teller.look(world, at).unwrap();
        assert!(
            told(&mut teller, &world, 400.0)
                .sentence
                .contains("server-2")
        );
        assert!(
            told(&mut teller, &world, 801.0)
                .sentence
                .contains("server-3")
        );
        // Taken back, it is told at once.
        world.apply(&Action::Revive("server-3".to_owned())).unwrap();
        assert_eq!(told(&mut teller, &world, 810.0).title, "Revived");
    }

    #[test]
    fn every_verb_of_failure_has_a_sentence() {
        let ends = || Ends("ISP".to_owned(), "balancer".to_owned());
        let name = || "server-2".to_owned();
        for (action, title) in [
            (Action::Drain(name(), true), "Draining"),
            (Action::SetSpeed(name(), 0.2), "Slowed"),
            (Action::Hold(ends()), "Held"),
            (Action::RemoveNode(name()), "Removed"),
        ] {
            let mut world = world();
            let mut teller = Teller::default();
            teller.look(&world, 0.0);
            let undo = world.apply(&action).unwrap();
            assert_eq!(teller.look(&world, 100.0).unwrap().title, title);
            world.apply(&undo).unwrap();
            let back = teller.look(&world, 4_000.0).unwrap();
            assert!(["In use", "Faster", "Open", "Added"].contains(&back.title));
        }
    }

    #[test]
    fn what_a_story_counted_goes_with_it() {
        let mut world = world();
        let mut teller = Teller::default();
        teller.look(&world, 0.0);
        kill(&mut world, "server-2", Death::Crash);
        teller.look(&world, 0.0);
        world.advance(world.now() + 500 * MILLISECOND);
        teller.look(&world, 100.0);
        assert!(teller.failed > 0 || !teller.rerouted.is_empty());
        // Calls, not reroutes: the ledger says no other number.
        assert!(teller.rerouted.len() as u64 <= world.ledger().rerouted);
        world.advance(world.now() + 60 * SECOND);
        while teller.look(&world, 200_000.0).is_some() && !teller.waiting.is_empty() {}
        assert_eq!(teller.look(&world, 300_000.0), None);
        assert!(teller.failed + teller.shed == 0 && teller.rerouted.is_empty());
    }

    #[test]
    fn another_run_begins_with_nothing_told() {
        let mut first = world();
        let mut teller = Teller::default();
        first
            .apply(&Action::Kill("server-2".to_owned(), Death::Crash))
            .unwrap();
        assert!(teller.look(&first, 0.0).is_some());
        assert_eq!(teller.look(&world(), 10.0), None);
    }

    #[test]
    fn at_most_one_sentence_in_two_seconds_is_said_aloud() {
        let mut announcer = Announcer::default();
        let mut said = |text: &str, at| announcer.say(text.to_owned(), at);
        assert_eq!(said("first", 0.0), "first");
        assert_eq!(said("second", 400.0), "first");
        assert_eq!(said("third", 1_999.0), "first");
        assert_eq!(said("third", 2_000.0), "third", "the latest, not each");
        assert_eq!(said("", 9_000.0), "");
    }

    #[test]
    fn what_was_passed_over_is_counted() {
        assert_eq!(
            also(3, 0, 9).unwrap(),
            "Meanwhile 3 calls failed, 9 calls rerouted."
        );
        assert_eq!(also(0, 0, 1).unwrap(), "Meanwhile 1 call rerouted.");
        assert_eq!(also(0, 2, 0).unwrap(), "Meanwhile 2 calls shed.");
        assert_eq!(also(0, 0, 0), None);
    }
}
