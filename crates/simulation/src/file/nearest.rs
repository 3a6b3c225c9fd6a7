//! The known name that a misspelt one was meant to be.
//!
//! Idea: the fewest letters to put in, take out or change; V. Levenshtein 1966, by rows (R. Wagner,
//! M. Fischer, "The String-to-String Correction Problem", 1974).
//! Known failure: a synonym is far from what it means.

/// The nearest of the known names, if at most a third of its letters differ.
pub(super) fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    // Far longer than any known name: not worth its square.
    if name.len() > 60 {
        return None;
    }
    let ranked = known.iter().map(|known| (distance(name, known), *known));
    let (distance, known) = ranked.min()?;
    (distance <= known.len().div_ceil(3)).then_some(known)
}

fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let (mut corner, mut left) = (i, i + 1);
        row[0] = left;
        for (j, to) in b.iter().enumerate() {
            let above = row[j + 1];
            let changed = corner + usize::from(!from.eq_ignore_ascii_case(to));
            left = changed.min(left + 1).min(above + 1);
            corner = above;
            row[j + 1] = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textbook_distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("saturday", "sunday"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn a_slip_is_near_and_a_stranger_is_not() {
        let known = ["queue", "cores", "speed"];
        assert_eq!(nearest("quue", &known), Some("queue"));
        assert_eq!(nearest("Cores", &known), Some("cores"));
        assert_eq!(nearest("colour", &known), None);
    }
}
