//! What the procedures answer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are tests"
)]

use rpc::message::Call;
use rpc::procedure::{Arguments, Failure, ReturnValue};
use rpc::service::Service;
use rpc::status::Status;

fn run(service: &mut Service, arguments: Arguments) -> Result<ReturnValue, Failure> {
    let reply = service.execute(&Call::new(3, arguments));
    assert_eq!(reply.id, 3);
    reply.result
}

fn status(result: Result<ReturnValue, Failure>) -> Status {
    result.unwrap_err().status
}

fn text(text: &str) -> Result<ReturnValue, Failure> {
    Ok(ReturnValue::Text(text.to_owned()))
}

#[test]
fn procedures_compute() {
    let mut service = Service::default();
    let mut call = |arguments| run(&mut service, arguments);
    assert_eq!(call(Arguments::Echo("héllo".into())), text("héllo"));
    assert_eq!(call(Arguments::Add(2, -3)), Ok(ReturnValue::Integer(-1)));
    assert_eq!(
        status(call(Arguments::Add(i64::MAX, 1))),
        Status::OutOfRange
    );
    assert_eq!(call(Arguments::Reverse("héllo".into())), text("olléh"));
    assert_eq!(
        call(Arguments::WordCount("  one\ttwo\n three ".into())),
        Ok(ReturnValue::Unsigned(3))
    );
    assert_eq!(
        call(Arguments::WordCount(String::new())),
        Ok(ReturnValue::Unsigned(0))
    );
}

/// OEIS A000045.
#[test]
fn fibonacci() {
    let mut service = Service::default();
    for (n, value) in [
        (0, 0),
        (1, 1),
        (2, 1),
        (10, 55),
        (92, 7_540_113_804_746_346_429),
        (93, 12_200_160_415_121_876_738),
    ] {
        assert_eq!(
            run(&mut service, Arguments::Fibonacci(n)),
            Ok(ReturnValue::Unsigned(value))
        );
    }
    assert_eq!(
        status(run(&mut service, Arguments::Fibonacci(94))),
        Status::OutOfRange
    );
    assert_eq!(
        status(run(&mut service, Arguments::Fibonacci(u32::MAX))),
        Status::OutOfRange
    );
}

/// FIPS 180-4's examples.
#[test]
fn sha256() {
    let mut service = Service::default();
    for (message, digest) in [
        (
            "",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            "abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ] {
        assert_eq!(
            run(&mut service, Arguments::Sha256(message.into())),
            text(digest)
        );
    }
}

#[test]
fn the_store_stores() {
    let mut service = Service::default();
    let key = || "k".to_owned();
    assert_eq!(
        status(run(&mut service, Arguments::KvGet(key()))),
        Status::NotFound
    );
    let put = |value: &str| Arguments::KvPut {
        key: key(),
        value: value.into(),
    };
    assert_eq!(run(&mut service, put("40")), Ok(ReturnValue::Nothing));
    let increment = |by| Arguments::KvIncrement { key: key(), by };
    assert_eq!(
        run(&mut service, increment(2)),
        Ok(ReturnValue::Integer(42))
    );
    assert_eq!(run(&mut service, Arguments::KvGet(key())), text("42"));
    assert_eq!(
        status(run(&mut service, increment(i64::MAX))),
        Status::OutOfRange
    );
    assert_eq!(run(&mut service, put("many")), Ok(ReturnValue::Nothing));
    assert_eq!(
        status(run(&mut service, increment(1))),
        Status::FailedPrecondition
    );
    assert_eq!(service.entries().collect::<Vec<_>>(), [("k", "many")]);
    assert_eq!(
        run(
            &mut service,
            Arguments::KvIncrement {
                key: "new".into(),
                by: -1
            }
        ),
        Ok(ReturnValue::Integer(-1))
    );
}

#[test]
fn a_full_store_takes_no_new_keys() {
    let mut service = Service::default();
    let put = |key: String| Arguments::KvPut {
        key,
        value: String::new(),
    };
    for index in 0..Service::MAX_KEYS {
        assert_eq!(
            run(&mut service, put(index.to_string())),
            Ok(ReturnValue::Nothing)
        );
    }
    assert_eq!(
        status(run(&mut service, put("one more".into()))),
        Status::ResourceExhausted
    );
    assert_eq!(run(&mut service, put("0".into())), Ok(ReturnValue::Nothing));
}

fn keyed(id: u32, key: u64, by: i64) -> Call {
    let arguments = Arguments::KvIncrement {
        key: "n".into(),
        by,
    };
    Call {
        idempotency_key: Some(key),
        ..Call::new(id, arguments)
    }
}

#[test]
fn a_key_makes_a_repetition_harmless() {
    let mut service = Service::default();
    let first = service.execute(&keyed(1, 77, 1));
    let again = service.execute(&keyed(2, 77, 1));
    assert_eq!((again.id, &again.result), (2, &first.result));
    assert_eq!(
        (
            service.executions(),
            service.replays(),
            service.kept_replies()
        ),
        (1, 1, 1)
    );
    // The same key with another body is a mistake of the caller's.
    let other = service.execute(&keyed(3, 77, 2));
    assert_eq!(status(other.result), Status::InvalidArgument);
    assert_eq!(service.executions(), 1);
    // Without a key it is executed twice: what at-least-once costs.
    for _ in 0..2 {
        service.execute(&Call {
            idempotency_key: None,
            ..keyed(4, 0, 1)
        });
    }
    assert_eq!(run(&mut service, Arguments::KvGet("n".into())), text("3"));
}

#[test]
fn failures_are_kept_too() {
    let mut service = Service::default();
    let get = Call {
        idempotency_key: Some(5),
        ..Call::new(1, Arguments::KvGet("n".into()))
    };
    assert_eq!(status(service.execute(&get).result), Status::NotFound);
    service.execute(&keyed(2, 6, 1));
    assert_eq!(status(service.execute(&get).result), Status::NotFound);
}

#[test]
fn the_oldest_reply_is_forgotten_first() {
    let mut service = Service::new(2);
    for key in [1, 2, 3] {
        service.execute(&keyed(0, key, 1));
    }
    assert_eq!(service.kept_replies(), 2);
    // A repetition does not make a reply younger: 2 is still the next to go.
    service.execute(&keyed(0, 2, 1));
    assert_eq!(service.executions(), 3);
    service.execute(&keyed(0, 1, 1));
    assert_eq!(service.executions(), 4, "forgotten, and executed again");
    service.execute(&keyed(0, 2, 1));
    assert_eq!(service.executions(), 5);
    let mut forgetful = Service::new(0);
    forgetful.execute(&keyed(0, 1, 1));
    forgetful.execute(&keyed(0, 1, 1));
    assert_eq!((forgetful.executions(), forgetful.kept_replies()), (2, 0));
}
