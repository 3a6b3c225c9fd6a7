//! Smooth weighted round robin.
//!
//! Idea: everyone saves up its weight at each choice; whoever has saved most is chosen and pays for all.
//! Source: nginx, `ngx_http_upstream_round_robin.c`, commit 52327e0627f4 (M. Dounin, 2012-05-14).
//! Formula: for each candidate `current += weight`; the strictly greatest `current` is chosen (so the
//! first listed wins a tie) and `current -= sum of the candidates' weights`.
//! Known failure: weights are set by hand and know nothing of load.
//!
//! Where this differs: nginx also lowers an *effective* weight after failures; here failures are the
//! business of ejection. Balances survive a change of weight and an absence, as in nginx; they are kept
//! in hundredths, so that a weight can grow slowly after a start.

use super::{Choice, Looked};
use crate::TieBreak;
use crate::field::Field;

/// Picks, and settles the balances.
pub(crate) fn choose(field: &mut Field<'_>) -> Choice {
    choose_among(field, |_| true)
}

/// The same where a policy's own rule has come to nothing.
pub(crate) fn instead(field: &mut Field<'_>) -> Choice {
    Choice {
        looked: Looked::Turns,
        tie: None,
        ..choose(field)
    }
}

/// The same among those of the candidates that `stands` admits (at least one of them).
pub(crate) fn choose_among(
    field: &mut Field<'_>,
    stands: impl Fn(&crate::Backend) -> bool,
) -> Choice {
    let mut total = 0;
    let mut best: Option<(usize, i64)> = None;
    let mut tied = false;
    field.for_each_mut(|place, backend| {
        if !stands(backend) {
            return;
        }
        let weight = i64::from(backend.weight_now);
        backend.current_weight += weight;
        total += weight;
        match best {
            Some((_, greatest)) if backend.current_weight < greatest => {}
            Some((_, greatest)) if backend.current_weight == greatest => tied = true,
            _ => {
                best = Some((place, backend.current_weight));
                tied = false;
            }
        }
    });
    // A field is never empty, and `stands` admits at least one.
    let place = best.map_or_else(|| field.nth(0), |(place, _)| place);
    field.backend_mut(place).current_weight -= total;
    Choice {
        place,
        looked: Looked::All,
        tie: tied.then_some(TieBreak::FirstListed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::Members;
    use crate::{Backend, BackendId};

    fn members(weights: &[u32]) -> Members {
        let mut members = Members::default();
        for (i, &weight) in weights.iter().enumerate() {
            members.push(Backend::new(
                BackendId(i as u32),
                &format!("b{i}"),
                weight,
                0,
            ));
        }
        members
    }

    fn picks(members: &mut Members, n: usize) -> String {
        (0..n)
            .map(|_| {
                let place = choose(&mut Field::new(members, &[]).unwrap()).place;
                char::from(b'a' + place as u8)
            })
            .collect()
    }

    #[test]
    fn nginx_sequences() {
        assert_eq!(picks(&mut members(&[5, 1, 1]), 14), "aabacaaaabacaa");
        assert_eq!(picks(&mut members(&[3, 2, 1]), 6), "abacba");
        assert_eq!(picks(&mut members(&[1, 1, 1]), 6), "abcabc");
    }

    /// The table in the message of the nginx commit: current weights after each choice.
    #[test]
    fn nginx_published_trace() {
        let mut members = members(&[5, 1, 1]);
        let after = [
            [-2, 1, 1],
            [-4, 2, 2],
            [1, -4, 3],
            [-1, -3, 4],
            [4, -2, -2],
            [2, -1, -1],
            [0, 0, 0],
        ];
        for expected in after {
            choose(&mut Field::new(&mut members, &[]).unwrap());
            let balances: Vec<_> = members
                .list
                .iter()
                .map(|b| b.current_weight / 100)
                .collect();
            assert_eq!(balances, expected);
        }
    }

    #[test]
    fn balances_survive_a_change_of_weight() {
        let mut members = members(&[5, 1, 1]);
        picks(&mut members, 2);
        members.list[0].set_weight(1);
        // From -4, 2, 2 with weights 1, 1, 1: b and c are owed, a is not.
        assert_eq!(picks(&mut members, 4), "bcbc");
    }
}
