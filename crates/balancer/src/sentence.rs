//! An explanation as one sentence.

use crate::explain::{Candidate, Explanation};
use crate::policy::peak_ewma::PENALTY;
use crate::{BackendId, PassedOver, Policy};

impl Explanation {
    /// The choice in one sentence, such as
    /// `server-3: 2 active, fewest of the two drawn (server-3, server-5)`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Some(chosen) = self.chosen() else {
            return match self.nobody {
                Some(reason) => format!("nobody: {reason}"),
                None => "nobody".to_owned(),
            };
        };
        let why = self.why(chosen);
        let tie = self
            .tie_break
            .map_or_else(String::new, |tie| format!("; {}", tie_text(tie)));
        format!("{}: {why}{tie}{}", chosen.name, self.barred())
    }

    fn why(&self, chosen: &Candidate) -> String {
        let standing = self.candidates.iter().filter(|c| stood(c)).count();
        if standing == 1 {
            return "the only candidate".to_owned();
        }
        let active = chosen.active;
        let score = chosen.score.unwrap_or(0.0);
        let drawn = || {
            self.drawn
                .iter()
                .map(|&id| self.name_of(id))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match self.by {
            _ if self.by_turns => format!("by turns among {standing}, after too many tries"),
            Policy::RoundRobin => format!("its turn, longest waiting of {standing}"),
            Policy::SmoothWeightedRoundRobin => {
                format!("current weight {score:.0}, greatest of {standing}")
            }
            Policy::Random => format!("drawn at random from {standing}"),
            Policy::LeastRequest if score == f64::from(active) => {
                format!("{active} active, fewest of {standing}")
            }
            Policy::LeastRequest => {
                format!("{active} active, {score:.2} per unit of weight, fewest of {standing}")
            }
            Policy::PowerOfTwoChoices => {
                format!("{active} active, fewest of the two drawn ({})", drawn())
            }
            Policy::PeakEwma { .. } => {
                format!(
                    "{}, lowest of the two drawn ({})",
                    cost_text(score),
                    drawn()
                )
            }
            Policy::RingHash { .. } => {
                format!("next on the ring from this client's hash, {score:.1} % of the way round")
            }
            Policy::PowerOfChoices { .. } => {
                format!("{active} active, fewest of those drawn ({})", drawn())
            }
            Policy::RandomTwo => {
                format!(
                    "{active} active, fewer for its weight of the two drawn ({})",
                    drawn()
                )
            }
            // Drawn only where all weigh the same (Envoy).
            Policy::WeightedLeastRequest { .. } if !self.drawn.is_empty() => {
                format!(
                    "{active} active, fewest of the two drawn ({}), as all weigh the same",
                    drawn()
                )
            }
            Policy::WeightedLeastRequest { .. } => {
                format!("its turn by weight and load, deadline {score:.2}, earliest of {standing}")
            }
            Policy::Maglev { .. } => {
                format!("this client's hash falls on one of its entries, {score:.0} % of the table")
            }
            Policy::WeightedRandom => format!("drawn at random by weight from {standing}"),
            Policy::JoinIdleQueue if self.drawn.is_empty() => {
                format!("idle for longest of {standing}")
            }
            Policy::JoinIdleQueue => format!("nobody idle, drawn at random from {standing}"),
            Policy::Prequal { .. } if !self.drawn.is_empty() => {
                format!("too few fresh probes, drawn at random from {standing}")
            }
            Policy::Prequal { .. } if chosen.score.is_none() => {
                "the fewest in flight, as all that probes know of are hot".to_owned()
            }
            _ if chosen.score.is_none() => self.rule.to_owned(),
            _ => format!("{}, {score:.2} ({})", self.rule, self.score_label),
        }
    }

    /// Those who could not stand, which a reader may have expected.
    fn barred(&self) -> String {
        let groups = [
            (PassedOver::Tried, "already tried"),
            (PassedOver::Down, "down"),
            (PassedOver::Ejected, "ejected"),
            (PassedOver::Draining, "draining"),
            (PassedOver::Full, "at its bound"),
        ];
        let mut text = String::new();
        for (reason, words) in groups {
            let names: Vec<&str> = self
                .candidates
                .iter()
                .filter(|candidate| candidate.passed_over == Some(reason))
                .map(|candidate| &*candidate.name)
                .collect();
            if !names.is_empty() {
                text.push_str(&format!("; {words}: {}", names.join(", ")));
            }
        }
        text
    }

    fn name_of(&self, id: BackendId) -> &str {
        self.candidates
            .iter()
            .find(|c| c.backend == id)
            .map_or("?", |c| &*c.name)
    }
}

/// Whether it was a candidate at all.
fn stood(candidate: &Candidate) -> bool {
    !matches!(
        candidate.passed_over,
        Some(
            PassedOver::Tried
                | PassedOver::Down
                | PassedOver::Ejected
                | PassedOver::Draining
                | PassedOver::OtherPriority
        )
    )
}

fn tie_text(tie: crate::TieBreak) -> String {
    format!("tie: {}", tie.text())
}

fn cost_text(milliseconds: f64) -> String {
    if milliseconds == 0.0 {
        "no latency known yet".to_owned()
    } else if milliseconds >= PENALTY / 1e6 {
        "no latency known yet and one under way".to_owned()
    } else {
        format!("cost {milliseconds:.2} ms")
    }
}
