//! Least request.
//!
//! Idea: the backend with the fewest active attempts for its weight.
//! Source: nginx, `ngx_http_upstream_least_conn_module.c`.
//! Formula: minimise `active / weight`, compared by cross-multiplication; ties go by smooth weighted
//! round robin among the tied, so that equals take turns.
//! Known failure: a backend that fails fast has nothing active and attracts everything.
//!
//! Attempts count from the choice on, not from their arrival at the backend: otherwise all those
//! chosen within one network delay would choose alike.

use super::{Choice, Looked, smooth_weighted};
use crate::field::Field;
use crate::{Backend, TieBreak};

/// Picks by a scan of all candidates.
pub(crate) fn choose(field: &mut Field<'_>) -> Choice {
    let mut best = field.nth(0);
    let mut tied = false;
    for place in field.places().skip(1) {
        let (this, least) = (field.backend(place), field.backend(best));
        if load_of(this, least) < load_of(least, this) {
            best = place;
            tied = false;
        } else if load_of(this, least) == load_of(least, this) {
            tied = true;
        }
    }
    if !tied {
        return Choice {
            place: best,
            looked: Looked::All,
            tie: None,
        };
    }
    let (active, weight) = (field.backend(best).active, field.backend(best).weight_now);
    let choice = smooth_weighted::choose_among(field, |backend| {
        u64::from(backend.active) * u64::from(weight)
            == u64::from(active) * u64::from(backend.weight_now)
    });
    Choice {
        tie: Some(TieBreak::SmoothWeighted),
        ..choice
    }
}

/// `a`'s active attempts on a scale common to `a` and `b`.
fn load_of(a: &Backend, b: &Backend) -> u64 {
    u64::from(a.active) * u64::from(b.weight_now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BackendId;
    use crate::members::Members;

    fn members(weights_and_active: &[(u32, u32)]) -> Members {
        let mut members = Members::default();
        for (i, &(weight, active)) in weights_and_active.iter().enumerate() {
            members.push(Backend::new(
                BackendId(i as u32),
                &format!("b{i}"),
                weight,
                0,
            ));
            members.list[i].active = active;
        }
        members
    }

    fn pick(members: &mut Members) -> char {
        char::from(b'a' + choose(&mut Field::new(members, &[]).unwrap()).place as u8)
    }

    /// Recorded from nginx 1.22.1: `least_conn`, weights 3, 2, 1, each answer before the next request.
    #[test]
    fn nginx_idle_sequence() {
        let mut members = members(&[(3, 0), (2, 0), (1, 0)]);
        let picks: String = (0..12).map(|_| pick(&mut members)).collect();
        assert_eq!(picks, "abacbaabacba");
    }

    /// After nginx's own `upstream_least_conn.t`: equals share, and a held one is left alone.
    #[test]
    fn a_busy_backend_is_left_alone() {
        let mut members = members(&[(1, 0), (1, 0)]);
        let picks: String = (0..10).map(|_| pick(&mut members)).collect();
        assert_eq!(picks, "ababababab");
        members.list[0].active = 1;
        assert!((0..10).all(|_| pick(&mut members) == 'b'));
    }

    #[test]
    fn load_is_per_weight() {
        // 5 of weight 4 is less than 2 of weight 1; 4 of 2 ties with 2 of 1.
        assert_eq!(pick(&mut members(&[(1, 2), (4, 5)])), 'b');
        let mut tied = members(&[(1, 2), (2, 4)]);
        let picks: String = (0..6).map(|_| pick(&mut tied)).collect();
        assert_eq!(picks.matches('b').count(), 4, "{picks}");
    }
}
