//! Why a backend was picked: enough for a table of candidates and one sentence.

use std::sync::Arc;

use crate::policy::{Choice, Looked, bounded_load};
use crate::{Backend, BackendId, Balancer, Health, Nanos, NoBackend, Policy, Request};

/// A choice explained. Plain data: keeping it disturbs nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The policy's name.
    pub policy: &'static str,
    /// When the choice was made.
    pub at: Nanos,
    /// Every backend of the list, in its order, with what spoke for or against it.
    pub candidates: Vec<Candidate>,
    /// What a score is, with its unit; empty if the policy compares nothing.
    pub score_label: &'static str,
    /// How the policy decides, in one phrase.
    pub rule: &'static str,
    /// What decided between equal scores, if it came to that.
    pub tie_break: Option<TieBreak>,
    /// Who was drawn at random for a closer look, in the order of drawing, if the policy draws.
    pub drawn: Vec<BackendId>,
    /// Why nobody could be picked, if so.
    pub nobody: Option<NoBackend>,
    /// Whether turns decided because the policy's own rule came to nothing.
    pub(crate) by_turns: bool,
    /// The policy itself, for the sentence.
    pub(crate) by: Policy,
}

/// One backend in an [`Explanation`].
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Which backend.
    pub backend: BackendId,
    /// Its name.
    pub name: Arc<str>,
    /// Why it was not picked; `None` for the one that was (and for all others if an earlier reason,
    /// [`Explanation::nobody`], covers them).
    pub passed_over: Option<PassedOver>,
    /// What the policy compares of it, as it was before the choice; in the unit of
    /// [`Explanation::score_label`]. Also given for those that were not compared.
    pub score: Option<f64>,
    /// Its active attempts before the choice.
    pub active: u32,
    /// Whether it was picked.
    pub chosen: bool,
}

/// Why a backend was not picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// This call has tried it.
    Tried,
    /// Health checks say it is down.
    Down,
    /// It is ejected for failed attempts.
    Ejected,
    /// It is draining.
    Draining,
    /// Another priority's turn, or a backup that is not needed.
    OtherPriority,
    /// It has all the calls that its bound allows.
    Full,
    /// It was not among those drawn at random.
    NotDrawn,
    /// No probe of it is fresh.
    Unprobed,
    /// Its probe says that it is hot: of those the least busy is taken, and only if all are.
    Hot,
    /// The client's key leads to another.
    NotOwner,
    /// It is another's turn.
    NotItsTurn,
    /// Its score was worse.
    Outscored,
    /// Its score was the same, and the tie-break went against it.
    LostTie,
}

impl PassedOver {
    /// In a few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Tried => "already tried by this call",
            Self::Down => "down: failed its health checks",
            Self::Ejected => "ejected: its attempts kept failing",
            Self::Draining => "draining",
            Self::OtherPriority => "of another priority",
            Self::Full => "has as many calls as it may",
            Self::NotDrawn => "not drawn",
            Self::Unprobed => "no fresh probe of it",
            Self::Hot => "hot: its probe says it is busy",
            Self::NotOwner => "the client's hash leads elsewhere",
            Self::NotItsTurn => "not its turn",
            Self::Outscored => "a worse score",
            Self::LostTie => "the same score, lost the tie",
        }
    }
}

/// What decided between equal scores: the named system's own rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieBreak {
    /// The first in the list (nginx's weighted round robin).
    FirstListed,
    /// Smooth weighted round robin among the equals (nginx's `least_conn`).
    SmoothWeighted,
    /// The first of those drawn (Finagle, tower, Envoy).
    FirstDrawn,
    /// The second of the two drawn (nginx's `random two`).
    LastDrawn,
    /// Whoever was put in the queue first (Envoy's schedule).
    QueuedFirst,
    /// Whoever's calls have not changed for longest (HAProxy's `leastconn`).
    WaitedLongest,
}

impl TieBreak {
    /// In a few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::FirstListed => "first in the list",
            Self::SmoothWeighted => "equals take turns by weight",
            Self::FirstDrawn => "drawn first",
            Self::LastDrawn => "drawn last",
            Self::QueuedFirst => "queued first",
            Self::WaitedLongest => "unchanged for longest",
        }
    }
}

impl Explanation {
    /// The picked backend, if there was one.
    #[must_use]
    pub fn chosen(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.chosen)
    }

    pub(crate) fn new(
        balancer: &Balancer,
        at: Nanos,
        request: &Request<'_>,
        scores: &[Option<f64>],
        choice: Result<Choice, NoBackend>,
    ) -> Self {
        let policy = &balancer.settings.policy;
        let list = &balancer.members.list;
        let winning = choice.ok().and_then(|choice| scores[choice.place]);
        let full = |place: usize| match (policy, choice) {
            (&Policy::BoundedLoad { factor }, Ok(choice)) => {
                let same = |it: &&Backend| {
                    barred(it, request).is_none() && it.priority == list[choice.place].priority
                };
                bounded_load::is_full(list.iter().filter(same), list[place].id, factor)
            }
            _ => false,
        };
        let candidates = list.iter().enumerate().map(|(place, backend)| {
            let lost = match choice {
                Err(_) => None,
                Ok(choice) if choice.place == place => None,
                Ok(choice) if list[choice.place].priority != backend.priority => {
                    Some(PassedOver::OtherPriority)
                }
                Ok(Choice {
                    looked: Looked::One,
                    ..
                }) => Some(PassedOver::NotDrawn),
                Ok(Choice {
                    looked: Looked::Two(a, b),
                    ..
                }) if place != a && place != b => Some(PassedOver::NotDrawn),
                Ok(Choice {
                    looked: Looked::Drawn(places, n),
                    ..
                }) if !places[..usize::from(n)].contains(&(place as u32)) => {
                    Some(PassedOver::NotDrawn)
                }
                Ok(_) if full(place) => Some(PassedOver::Full),
                Ok(choice) => Some(lost(policy, choice, winning, scores[place])),
            };
            Candidate {
                backend: backend.id,
                name: Arc::clone(&backend.name),
                passed_over: barred(backend, request).or(lost),
                score: scores[place].filter(|score| score.is_finite()),
                active: backend.active,
                chosen: choice.is_ok_and(|choice| choice.place == place),
            }
        });
        let drawn = match choice {
            Ok(Choice {
                place,
                looked: Looked::One,
                ..
            }) => vec![list[place].id],
            Ok(Choice {
                looked: Looked::Two(a, b),
                ..
            }) => vec![list[a].id, list[b].id],
            Ok(Choice {
                looked: Looked::Drawn(places, n),
                ..
            }) => {
                let drawn = places[..usize::from(n)].iter();
                drawn.map(|&place| list[place as usize].id).collect()
            }
            _ => Vec::new(),
        };
        Self {
            policy: policy.name(),
            at,
            candidates: candidates.collect(),
            score_label: match policy {
                Policy::WeightedLeastRequest { .. } if drawn.is_empty() => "deadline",
                Policy::WeightedLeastRequest { .. } => "active attempts",
                other => other.score_label(),
            },
            rule: policy.rule(),
            tie_break: choice.ok().and_then(|choice| choice.tie),
            drawn,
            nobody: choice.err(),
            by_turns: choice.is_ok_and(|choice| choice.looked == Looked::Turns),
            by: policy.clone(),
        }
    }
}

/// Why a backend lost that was looked at, by what the policy had to compare.
fn lost(policy: &Policy, choice: Choice, winning: Option<f64>, score: Option<f64>) -> PassedOver {
    let prequal = matches!(policy, Policy::Prequal { .. });
    match (winning, score) {
        _ if choice.looked == Looked::Turns => PassedOver::NotItsTurn,
        (_, Some(f64::INFINITY)) if prequal => PassedOver::Hot,
        (_, None) if prequal => PassedOver::Unprobed,
        (Some(winning), Some(score)) if policy.prefers(winning, score) => PassedOver::Outscored,
        _ if policy.goes_by_key() => PassedOver::NotOwner,
        // Of equal probes the older is taken, which is not worth a word.
        _ if choice.tie.is_some() || prequal && winning == score => PassedOver::LostTie,
        _ => PassedOver::NotItsTurn,
    }
}

/// What kept a backend from standing at all.
fn barred(backend: &Backend, request: &Request<'_>) -> Option<PassedOver> {
    match backend.health {
        _ if request.tried.contains(&backend.id) => Some(PassedOver::Tried),
        _ if backend.stands() => None,
        Health::Down { .. } => Some(PassedOver::Down),
        Health::Ejected { .. } => Some(PassedOver::Ejected),
        Health::Up if backend.draining => Some(PassedOver::Draining),
        Health::Up => Some(PassedOver::OtherPriority),
    }
}
