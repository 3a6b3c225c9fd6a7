//! Shortest queue of a few servers: the exact chain, solved by iteration.
//!
//! Idea: with two to four servers the states, sorted, are few enough to solve the balance
//! equations.
//! Source: the chain as in J. F. C. Kingman, "Two similar queues in parallel", 1961; solved by
//! Gauss–Seidel, e.g. W. J. Stewart, "Introduction to the Numerical Solution of Markov Chains",
//! 1994, §3.
//! Formula: balance equations over sorted queue lengths up to a cut-off; `W = L/Λ`. A call that
//! would pass the cut-off is lost: the lost share is given, so that the error can be seen.
//! Holds for: Poisson arrivals, exponential service, equal servers of one core, counts known at
//! once. How ties are broken makes no difference to the mean, since the servers are alike.

use super::{TheoryError, positive, utilisation};
use std::collections::BTreeMap;

/// Which queues a call compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// All: join the shortest queue, or least request.
    All,
    /// Two that differ, drawn at random.
    TwoDistinct,
    /// Two draws that may fall on the same.
    TwoWithReplacement,
}

/// The solved chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShortestQueue {
    /// Mean time in the system, in mean service times.
    pub sojourn: f64,
    /// The share of calls lost at the cut-off: a bound on what the cut-off leaves out.
    pub cut_off: f64,
}

/// Solves the chain of `servers` servers (2 to 4) at `load` each, 0.05..=0.95, with queues of at
/// most `longest` calls (2 to 120 for two servers, 60 for three, 40 for four).
///
/// # Errors
/// A parameter out of its domain.
pub fn solve(
    load: f64,
    servers: usize,
    compared: Compared,
    longest: u8,
) -> Result<ShortestQueue, TheoryError> {
    let load = positive("the load", utilisation(load, 1.0, 1.0)?)?;
    let domain = |what, range, value| Err(TheoryError::Domain { what, range, value });
    let most = match servers {
        2 => 120,
        3 => 60,
        4 => 40,
        _ => return domain("the number of servers", "2 to 4", servers as f64),
    };
    if !(2..=most).contains(&longest) {
        let range = "2 to 120, 60 or 40 for 2, 3 or 4 servers";
        return domain("the longest queue", range, f64::from(longest));
    }
    if !(0.05..=0.95).contains(&load) {
        return domain("the load", "0.05 to 0.95", load);
    }
    Ok(Chain::new(load, servers, compared, longest).solve())
}

/// As [`solve`], with the queues cut off where it no longer makes a difference: the lost share is
/// below one in 10⁹, or the queues are as long as they may be.
///
/// # Errors
/// A parameter out of its domain.
pub fn solve_well(
    load: f64,
    servers: usize,
    compared: Compared,
) -> Result<ShortestQueue, TheoryError> {
    let lengths: &[u8] = match servers {
        2 => &[20, 40, 80, 120],
        3 => &[15, 25, 40, 60],
        _ => &[10, 15, 22, 30, 40],
    };
    let mut solved = solve(load, servers, compared, lengths[0])?;
    for longest in &lengths[1..] {
        if solved.cut_off < 1e-9 {
            break;
        }
        solved = solve(load, servers, compared, *longest)?;
    }
    Ok(solved)
}

/// Queue lengths, longest first; places beyond the servers stay 0.
type State = [u8; 4];

struct Chain {
    states: Vec<State>,
    /// For each state what flows in: (from, rate).
    into: Vec<Vec<(u32, f64)>>,
    out: Vec<f64>,
    arrivals: f64,
    /// For each state the rate of calls lost at the cut-off.
    lost: Vec<f64>,
}

impl Chain {
    fn new(load: f64, servers: usize, compared: Compared, longest: u8) -> Self {
        let mut states = Vec::new();
        list(&mut [0; 4], 0, servers, longest, &mut states);
        let index: BTreeMap<State, u32> = states
            .iter()
            .enumerate()
            .map(|(i, state)| (*state, i as u32))
            .collect();
        let arrivals = load * servers as f64;
        let mut chain = Self {
            into: vec![Vec::new(); states.len()],
            out: vec![0.0; states.len()],
            lost: vec![0.0; states.len()],
            arrivals,
            states: Vec::new(),
        };
        let shares = shares(servers, compared);
        for (from, state) in states.iter().enumerate() {
            let mut go = |mut to: State, rate: f64| {
                to.sort_unstable_by(|a, b| b.cmp(a));
                // Every state below the cut-off is in the list.
                if let Some(&to) = index.get(&to) {
                    chain.out[from] += rate;
                    chain.into[to as usize].push((from as u32, rate));
                }
            };
            for place in 0..servers {
                if state[place] > 0 {
                    let mut to = *state;
                    to[place] -= 1;
                    go(to, 1.0);
                }
                let rate = arrivals * shares[place];
                if state[place] < longest {
                    let mut to = *state;
                    to[place] += 1;
                    go(to, rate);
                } else {
                    chain.lost[from] += rate;
                }
            }
        }
        chain.states = states;
        chain
    }

    fn solve(self) -> ShortestQueue {
        let mut p = vec![1.0 / self.states.len() as f64; self.states.len()];
        // Back and forth, until a round moves the mean by less than the last digits.
        let mut before = 0.0;
        for round in 0..200_000 {
            for i in 0..p.len() {
                self.balance(&mut p, i);
            }
            for i in (0..p.len()).rev() {
                self.balance(&mut p, i);
            }
            if round % 10 == 0 {
                let total: f64 = p.iter().sum();
                p.iter_mut().for_each(|share| *share /= total);
                let number = self.number(&p);
                if (number - before).abs() < 1e-11 * number {
                    break;
                }
                before = number;
            }
        }
        let total: f64 = p.iter().sum();
        let lost: f64 = p.iter().zip(&self.lost).map(|(p, lost)| p * lost).sum();
        let cut_off = lost / total / self.arrivals;
        ShortestQueue {
            sojourn: self.number(&p) / total / (self.arrivals * (1.0 - cut_off)),
            cut_off,
        }
    }

    fn balance(&self, p: &mut [f64], i: usize) {
        let inflow: f64 = self.into[i]
            .iter()
            .map(|(from, rate)| p[*from as usize] * rate)
            .sum();
        p[i] = inflow / self.out[i];
    }

    fn number(&self, p: &[f64]) -> f64 {
        let calls = |state: &State| state.iter().map(|n| f64::from(*n)).sum::<f64>();
        self.states
            .iter()
            .zip(p)
            .map(|(state, p)| calls(state) * p)
            .sum()
    }
}

/// All sorted states, in lexicographic order.
fn list(state: &mut State, place: usize, servers: usize, most: u8, into: &mut Vec<State>) {
    if place == servers {
        into.push(*state);
        return;
    }
    for n in 0..=most {
        state[place] = n;
        list(state, place + 1, servers, n, into);
    }
    state[place] = 0;
}

/// The chance that a call goes to each place of the sorted state. Equal lengths are the same state
/// whichever takes the call, so ranks may be told apart as one likes.
fn shares(servers: usize, compared: Compared) -> State4 {
    let mut shares = [0.0; 4];
    let n = servers as f64;
    for (place, share) in shares.iter_mut().enumerate().take(servers) {
        // `place` of the queues are at least as long as this one.
        let longer = place as f64;
        *share = match compared {
            Compared::All => f64::from(u8::from(place + 1 == servers)),
            Compared::TwoDistinct => 2.0 * longer / (n * (n - 1.0)),
            Compared::TwoWithReplacement => (2.0 * longer + 1.0) / (n * n),
        };
    }
    shares
}

type State4 = [f64; 4];

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    fn sojourn(load: f64, servers: usize, compared: Compared, longest: u8) -> f64 {
        let solved = solve(load, servers, compared, longest).expect("it is in the domain");
        assert!(solved.cut_off < 1e-9, "{solved:?}");
        solved.sojourn
    }

    /// Computed by others from the truncated chain.
    #[test]
    fn two_servers() {
        for (load, shortest, replaced, longest) in [
            (0.5, 1.42632, 1.59656, 40),
            (0.7, 2.10820, 2.36231, 60),
            (0.8, 2.95574, 3.26795, 90),
        ] {
            let all = sojourn(load, 2, Compared::All, longest);
            assert!(printed(all, shortest, 5), "{load}: {all}");
            let two = sojourn(load, 2, Compared::TwoDistinct, longest);
            assert!(
                (all - two).abs() < 1e-9,
                "of two, the shorter is the shortest"
            );
            let two = sojourn(load, 2, Compared::TwoWithReplacement, longest);
            assert!(printed(two, replaced, 5), "{load}: {two}");
        }
    }

    #[test]
    fn three_and_four_servers() {
        for (load, three, four) in [(0.5, 1.24484, 1.15815), (0.7, 1.70888, 1.51144)] {
            let ours = sojourn(load, 3, Compared::All, 32);
            assert!(printed(ours, three, 5), "{load}: {ours}");
            let ours = sojourn(load, 4, Compared::All, 18);
            assert!(printed(ours, four, 5), "{load}: {ours}");
        }
    }

    #[test]
    fn more_knowledge_is_never_worse() {
        for servers in [3, 4] {
            let at = |compared| sojourn(0.6, servers, compared, 24);
            let (all, two, replaced) = (
                at(Compared::All),
                at(Compared::TwoDistinct),
                at(Compared::TwoWithReplacement),
            );
            assert!(all < two && two < replaced && replaced < 2.5);
        }
    }

    #[test]
    fn outside_the_domain() {
        assert!(solve(0.5, 5, Compared::All, 10).is_err());
        assert!(solve(1.0, 2, Compared::All, 10).is_err());
        assert!(solve(0.5, 4, Compared::All, 41).is_err());
    }
}
