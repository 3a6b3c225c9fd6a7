//! ONC RPC version 2.

use crate::encoding::{DecodeError, Field, Rejection};
use crate::frame::{FrameError, Measure};
use crate::message::{Call, Reply, Request, Response};

pub(crate) fn measure(_: &[u8], scanned: usize, _: usize) -> Result<Measure, FrameError> {
    Ok(Measure::Partial { scanned })
}
pub(crate) fn encode_call(_: &Call, _: &mut Vec<u8>) {}
pub(crate) fn encode_probe(_: u32, _: &mut Vec<u8>) {}
pub(crate) fn encode_reply(_: &Reply, _: &mut Vec<u8>) {}
pub(crate) fn encode_probe_answer(_: u32, _: bool, _: &mut Vec<u8>) {}
pub(crate) fn decode_request(_: &[u8]) -> Result<Request, Rejection> {
    Err(Rejection {
        error: DecodeError::Incomplete,
        answer: None,
    })
}
pub(crate) fn decode_response(_: &[u8]) -> Result<Response, DecodeError> {
    Err(DecodeError::Incomplete)
}
pub(crate) fn annotate(_: &[u8]) -> Vec<Field> {
    Vec::new()
}
