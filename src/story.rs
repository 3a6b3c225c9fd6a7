//! What just happened, in a sentence that stands long enough to be read.
//!
//! Incidents come faster than anyone reads. One is shown at a time; a graver one may take its place
//! at once, another only after a while; those that were passed over are counted and told together.

use simulation::World;
use simulation::incident::{Incident, IncidentKind};

/// How long a sentence stands before one of the same weight may follow, in milliseconds.
const STANDS: f64 = 2_600.0;
/// How long it stands with nothing to follow.
const FADES: f64 = 9_000.0;

/// A sentence on the stage.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Story {
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
    since: f64,
    failed: u32,
    rerouted: u32,
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
        let mut gravest: Option<&Incident> = None;
        for incident in world.incidents_since(self.seen) {
            self.seen = incident.number;
            match incident.kind {
                IncidentKind::CallFailed { .. } => self.failed += 1,
                IncidentKind::Rerouted { .. } => self.rerouted += 1,
                _ => {}
            }
            if gravest.is_none_or(|other| weight(&incident.kind) >= weight(&other.kind)) {
                gravest = Some(incident);
            }
        }
        let stood = real_ms - self.since;
        let follows = gravest.filter(|incident| {
            self.told.is_none() || stood > STANDS || weight(&incident.kind) > self.weight
        });
        if let Some(incident) = follows {
            self.weight = weight(&incident.kind);
            self.since = real_ms;
            self.told = Some(self.tell(world, incident));
            self.failed = 0;
            self.rerouted = 0;
        } else if stood > FADES {
            self.told = None;
            self.weight = 0;
        }
        self.told.clone()
    }

    fn tell(&self, world: &World, incident: &Incident) -> Story {
        let (title, tone) = match &incident.kind {
            IncidentKind::Killed { .. } => ("Killed", "failure"),
            IncidentKind::Revived { .. } => ("Revived", "recovery"),
            IncidentKind::Rerouted { .. } => ("Rerouted", "reroute"),
            IncidentKind::Retried { .. } => ("Retried", "reroute"),
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
        let (own_failed, own_rerouted) = match incident.kind {
            IncidentKind::CallFailed { .. } => (1, 0),
            IncidentKind::Rerouted { .. } => (0, 1),
            _ => (0, 0),
        };
        Story {
            title,
            sentence: world.sentence(incident),
            also: also(
                self.failed.saturating_sub(own_failed),
                self.rerouted.saturating_sub(own_rerouted),
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

fn weight(kind: &IncidentKind) -> u32 {
    match kind {
        IncidentKind::Killed { .. }
        | IncidentKind::Revived { .. }
        | IncidentKind::CutOff { .. }
        | IncidentKind::Joined { .. } => 4,
        IncidentKind::Health { .. } => 3,
        IncidentKind::CallFailed { .. } => 2,
        IncidentKind::Rerouted { .. } | IncidentKind::Retried { .. } => 1,
    }
}

fn also(failed: u32, rerouted: u32) -> Option<String> {
    let calls = |count: u32, what: &str| match count {
        0 => None,
        1 => Some(format!("1 call {what}")),
        many => Some(format!("{many} calls {what}")),
    };
    match (calls(failed, "failed"), calls(rerouted, "rerouted")) {
        (Some(failed), Some(rerouted)) => Some(format!("Meanwhile {failed}, {rerouted}.")),
        (Some(one), None) | (None, Some(one)) => Some(format!("Meanwhile {one}.")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulation::action::{Action, Death};
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
            also(3, 9).unwrap(),
            "Meanwhile 3 calls failed, 9 calls rerouted."
        );
        assert_eq!(also(0, 1).unwrap(), "Meanwhile 1 call rerouted.");
        assert_eq!(also(0, 0), None);
    }
}
