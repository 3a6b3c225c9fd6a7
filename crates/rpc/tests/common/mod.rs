//! Messages of every kind, for the properties.

use std::net::Ipv4Addr;

use proptest::option;
use proptest::prelude::*;
use rpc::message::{Call, Reply};
use rpc::procedure::{Arguments, Failure, ReturnValue};
use rpc::status::Status;

/// Text with what encodings trip over: quotes, control characters, several bytes a character.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z ]{0,20}",
        proptest::collection::vec(any::<char>(), 0..20).prop_map(String::from_iter),
        "[\"\\\\\r\n\t{}\u{0}\u{1f}é💥,:]{0,12}",
    ]
}

/// Any arguments.
pub(crate) fn arguments() -> impl Strategy<Value = Arguments> {
    prop_oneof![
        text().prop_map(Arguments::Echo),
        any::<(i64, i64)>().prop_map(|(a, b)| Arguments::Add(a, b)),
        any::<u32>().prop_map(Arguments::Fibonacci),
        text().prop_map(Arguments::Reverse),
        text().prop_map(Arguments::WordCount),
        text().prop_map(Arguments::Sha256),
        text().prop_map(Arguments::KvGet),
        (text(), text()).prop_map(|(key, value)| Arguments::KvPut { key, value }),
        (text(), any::<i64>()).prop_map(|(key, by)| Arguments::KvIncrement { key, by }),
    ]
}

prop_compose! {
    /// Any call.
    pub(crate) fn call()(
        id: u32,
        arguments in arguments(),
        timeout in option::of(any::<u64>()),
        idempotency_key in option::of(any::<u64>()),
        forwarded_for in option::of(any::<u32>().prop_map(Ipv4Addr::from)),
    ) -> Call {
        Call { id, arguments, timeout, idempotency_key, forwarded_for }
    }
}

/// Any reply.
pub(crate) fn reply() -> impl Strategy<Value = Reply> {
    let value = prop_oneof![
        text().prop_map(ReturnValue::Text),
        any::<i64>().prop_map(ReturnValue::Integer),
        any::<u64>().prop_map(ReturnValue::Unsigned),
        Just(ReturnValue::Nothing),
    ];
    let failure = (1u32..17, text()).prop_map(|(code, message)| {
        Failure::new(Status::from_code(code).unwrap_or(Status::Unknown), message)
    });
    (
        any::<u32>(),
        prop_oneof![value.prop_map(Ok), failure.prop_map(Err)],
    )
        .prop_map(|(id, result)| Reply { id, result })
}
