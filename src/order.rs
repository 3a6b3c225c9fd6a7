//! A sort for short lists.

/// Sorts a short list, best one that is nearly sorted; equal ones keep their order. Each of the
/// library's sorts weighs two kilobytes of the page more, for each type that is sorted.
pub(crate) fn insertion_sort<T>(list: &mut [T], before: impl Fn(&T, &T) -> bool) {
    for end in 1..list.len() {
        let mut place = end;
        while place > 0 && before(&list[place], &list[place - 1]) {
            list.swap(place, place - 1);
            place -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::insertion_sort;

    proptest::proptest! {
        #[test]
        fn sorting_is_sorting(list in proptest::collection::vec(0_u8..9, 0..30)) {
            let mut ours: Vec<(u8, usize)> = list.into_iter().zip(0..).collect();
            let mut theirs = ours.clone();
            insertion_sort(&mut ours, |one, two| one.0 < two.0);
            theirs.sort_by_key(|pair| pair.0);
            proptest::prop_assert_eq!(ours, theirs);
        }
    }
}
