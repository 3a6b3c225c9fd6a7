//! Errors as they are told.

/// A sentence of an error type, as it begins a sentence on the page.
pub(crate) fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_ascii_uppercase().to_string())
        .unwrap_or_default();
    let stop = if sentence.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::capitalised;

    #[test]
    fn an_error_reads_as_a_sentence() {
        assert_eq!(capitalised("there is no node"), "There is no node.");
        assert_eq!(capitalised("“a” is down already."), "“a” is down already.");
    }
}
