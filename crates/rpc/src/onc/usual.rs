//! Messages of numbers as this crate writes them, read in one go.
//!
//! A busy run decodes hardly anything else: a call in one fragment, without credentials, of a
//! procedure on numbers, and its answer. They are told by the words that never differ, compared where
//! they stand, and the rest is read at fixed distances. Whatever differs in anything is `None` here and
//! left to the grammar in [`super::call`] and [`super::reply`], which knows what is wrong with it; a
//! message of text is too, since beside the allocation for the text the rest costs nothing.

use std::net::Ipv4Addr;

use super::record::LAST;
use super::reply::{INTEGER, MSG_ACCEPTED, OK, SUCCESS, UNSIGNED};
use super::{AUTH_NONE, CALL, PROGRAM, REPLY, RPC_VERSION, VERSION};
use crate::message::{Call, Reply};
use crate::procedure::{Arguments, Procedure, ReturnValue};

const ADD: u32 = Procedure::Add.number();
const FIBONACCI: u32 = Procedure::Fibonacci.number();

/// A call of numbers.
#[inline]
pub(super) fn call(bytes: &[u8]) -> Option<Call> {
    let (head, rest) = bytes.split_first_chunk::<44>()?;
    let usual = marks_the_whole(word(head, 0), bytes)
        && hyper(head, 8) == pair(CALL, RPC_VERSION)
        && hyper(head, 16) == pair(PROGRAM, VERSION)
        && hyper(head, 28) == pair(AUTH_NONE, 0)
        && hyper(head, 36) == pair(AUTH_NONE, 0);
    if !usual {
        return None;
    }
    let (timeout, rest) = optional_hyper(rest)?;
    let (idempotency_key, rest) = optional_hyper(rest)?;
    let (forwarded_for, rest) = optional_word(rest)?;
    let arguments = match word(head, 24) {
        ADD => {
            let terms: &[u8; 16] = rest.try_into().ok()?;
            Arguments::Add(hyper(terms, 0) as i64, hyper(terms, 8) as i64)
        }
        FIBONACCI => Arguments::Fibonacci(u32::from_be_bytes(rest.try_into().ok()?)),
        _ => return None,
    };
    Some(Call {
        id: word(head, 4),
        arguments,
        timeout,
        idempotency_key,
        forwarded_for: forwarded_for.map(Ipv4Addr::from),
    })
}

/// A number in answer to a call.
#[inline]
pub(super) fn reply(bytes: &[u8]) -> Option<Reply> {
    let whole: &[u8; 44] = bytes.try_into().ok()?;
    let usual = marks_the_whole(word(whole, 0), bytes)
        && hyper(whole, 8) == pair(REPLY, MSG_ACCEPTED)
        && hyper(whole, 16) == pair(AUTH_NONE, 0)
        && hyper(whole, 24) == pair(SUCCESS, OK);
    if !usual {
        return None;
    }
    let value = hyper(whole, 36);
    let value = match word(whole, 32) {
        INTEGER => ReturnValue::Integer(value as i64),
        UNSIGNED => ReturnValue::Unsigned(value),
        _ => return None,
    };
    Some(Reply {
        id: word(whole, 4),
        result: Ok(value),
    })
}

/// Whether a record mark says that all that follows it is one fragment, and the last.
fn marks_the_whole(mark: u32, bytes: &[u8]) -> bool {
    mark & LAST != 0 && (mark & !LAST) as usize == bytes.len() - 4
}

/// The word at a place that is known to be within.
#[inline]
fn word<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from_be_bytes(core::array::from_fn(|index| bytes[at + index]))
}

/// The hyper integer at a place that is known to be within.
#[inline]
fn hyper<const N: usize>(bytes: &[u8; N], at: usize) -> u64 {
    u64::from_be_bytes(core::array::from_fn(|index| bytes[at + index]))
}

/// Two words as one hyper integer.
const fn pair(high: u32, low: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

/// Whether there is a value, the value, and what follows.
#[inline]
fn optional_hyper(bytes: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let (given, rest) = bytes.split_first_chunk::<4>()?;
    match u32::from_be_bytes(*given) {
        0 => Some((None, rest)),
        1 => {
            let (value, rest) = rest.split_first_chunk::<8>()?;
            Some((Some(u64::from_be_bytes(*value)), rest))
        }
        _ => None,
    }
}

/// As [`optional_hyper`], of a word.
#[inline]
fn optional_word(bytes: &[u8]) -> Option<(Option<u32>, &[u8])> {
    let (given, rest) = bytes.split_first_chunk::<4>()?;
    match u32::from_be_bytes(*given) {
        0 => Some((None, rest)),
        1 => {
            let (value, rest) = rest.split_first_chunk::<4>()?;
            Some((Some(u32::from_be_bytes(*value)), rest))
        }
        _ => None,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::message::{Request, Response};
    use crate::onc::{call as calls, reply as replies};
    use proptest::prelude::*;

    /// What the grammar reads.
    fn grammar_of_calls(bytes: &[u8]) -> Option<Call> {
        match calls::decode_any_request(bytes) {
            Ok(Request::Call(call)) => Some(call),
            Ok(Request::Probe { .. }) | Err(_) => None,
        }
    }

    fn grammar_of_replies(bytes: &[u8]) -> Option<Reply> {
        match replies::decode_any_response(bytes) {
            Ok(Response::Reply(reply)) => Some(reply),
            Ok(Response::ProbeAnswer { .. }) | Err(_) => None,
        }
    }

    fn numbers() -> impl Strategy<Value = Arguments> {
        prop_oneof![
            any::<(i64, i64)>().prop_map(|(a, b)| Arguments::Add(a, b)),
            any::<u32>().prop_map(Arguments::Fibonacci),
        ]
    }

    prop_compose! {
        fn a_call()(
            id: u32,
            arguments in numbers(),
            timeout: Option<u64>,
            idempotency_key: Option<u64>,
            forwarded_for: Option<u32>,
        ) -> Call {
            let forwarded_for = forwarded_for.map(Ipv4Addr::from);
            Call { id, arguments, timeout, idempotency_key, forwarded_for }
        }
    }

    /// A change of a few bytes, or of the length.
    fn spoil(bytes: &mut Vec<u8>, changes: &[(usize, u8)], length: Option<usize>) {
        for &(at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        if let Some(length) = length {
            bytes.resize(length % (bytes.len() + 9), 0);
        }
    }

    proptest! {
        #[test]
        fn what_we_write_is_read(call in a_call(), value: i64, unsigned: u64) {
            let mut bytes = Vec::new();
            calls::encode_call(&call, &mut bytes);
            prop_assert_eq!(super::call(&bytes), Some(call.clone()));
            for value in [ReturnValue::Integer(value), ReturnValue::Unsigned(unsigned)] {
                let reply = Reply { id: call.id, result: Ok(value) };
                let mut bytes = Vec::new();
                replies::encode_reply(&reply, &mut bytes);
                prop_assert_eq!(super::reply(&bytes), Some(reply));
            }
        }

        #[test]
        fn what_is_read_is_what_the_grammar_reads(
            call in a_call(),
            value: u64,
            changes in prop::collection::vec((any::<usize>(), 0u8..4), 0..3),
            length in prop::option::of(any::<usize>()),
        ) {
            let mut bytes = Vec::new();
            calls::encode_call(&call, &mut bytes);
            spoil(&mut bytes, &changes, length);
            if let Some(read) = super::call(&bytes) {
                prop_assert_eq!(grammar_of_calls(&bytes), Some(read));
            }
            let mut bytes = Vec::new();
            let result = Ok(ReturnValue::Unsigned(value));
            replies::encode_reply(&Reply { id: call.id, result }, &mut bytes);
            spoil(&mut bytes, &changes, length);
            if let Some(read) = super::reply(&bytes) {
                prop_assert_eq!(grammar_of_replies(&bytes), Some(read));
            }
        }
    }

    #[test]
    fn text_is_left_to_the_grammar() {
        let call = Call::new(1, Arguments::Echo("hello".to_owned()));
        let mut bytes = Vec::new();
        calls::encode_call(&call, &mut bytes);
        assert_eq!(super::call(&bytes), None);
        assert_eq!(grammar_of_calls(&bytes), Some(call));
    }
}
