//! How a call ended: gRPC's status codes.
//!
//! Names and numbers: <https://grpc.github.io/grpc/core/md_doc_statuscodes.html>. The mapping to
//! HTTP is that of `google/rpc/code.proto`.

use core::fmt;

macro_rules! statuses {
    ($($code:literal $variant:ident $name:literal $http:literal $text:literal;)*) => {
        /// The outcome of a call, in gRPC's words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Status {
            $(#[doc = $text] $variant = $code,)*
        }

        impl Status {
            /// All seventeen, in the order of their codes.
            pub const ALL: [Self; 17] = [$(Self::$variant),*];

            /// The canonical name, such as `DEADLINE_EXCEEDED`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The HTTP status that stands for this one; 499 is nginx's "client closed request".
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$variant => $http,)* }
            }
        }
    };
}

statuses! {
    0 Ok "OK" 200 "The call was answered.";
    1 Cancelled "CANCELLED" 499 "The caller gave the call up.";
    2 Unknown "UNKNOWN" 500 "An error that says nothing of its kind.";
    3 InvalidArgument "INVALID_ARGUMENT" 400 "The arguments are wrong whatever the state of the system.";
    4 DeadlineExceeded "DEADLINE_EXCEEDED" 504 "The deadline passed first; the call may have been executed.";
    5 NotFound "NOT_FOUND" 404 "What was asked for does not exist.";
    6 AlreadyExists "ALREADY_EXISTS" 409 "What was to be created exists.";
    7 PermissionDenied "PERMISSION_DENIED" 403 "The caller is known and may not.";
    8 ResourceExhausted "RESOURCE_EXHAUSTED" 429 "A queue, a quota or a store is full.";
    9 FailedPrecondition "FAILED_PRECONDITION" 400 "The system is not in the state that the call needs.";
    10 Aborted "ABORTED" 409 "Given up because of a concurrent call.";
    11 OutOfRange "OUT_OF_RANGE" 400 "Past the end of the valid range.";
    12 Unimplemented "UNIMPLEMENTED" 501 "No such procedure.";
    13 Internal "INTERNAL" 500 "An invariant of the server is broken.";
    14 Unavailable "UNAVAILABLE" 503 "Nobody to answer at present; a retry may succeed.";
    15 DataLoss "DATA_LOSS" 500 "Data are lost beyond recovery.";
    16 Unauthenticated "UNAUTHENTICATED" 401 "The caller has not shown who it is.";
}

impl Status {
    /// The number, 0 to 16.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The status with this number, or `None` above 16.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|index| Self::ALL.get(index))
            .copied()
    }

    /// What a caller is to think of an HTTP status that came without a JSON-RPC body, from a
    /// proxy for example.
    ///
    /// Source: <https://grpc.github.io/grpc/core/md_doc_http-grpc-status-mapping.html>; its
    /// default is [`Status::Unknown`].
    #[must_use]
    pub const fn from_http_status(status: u16) -> Self {
        match status {
            400 => Self::Internal,
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 => Self::Unimplemented,
            429 | 502 | 503 | 504 => Self::Unavailable,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_those_of_grpc() {
        for (code, status) in (0u8..).zip(Status::ALL) {
            assert_eq!(status.code(), code);
            assert_eq!(Status::from_code(u32::from(code)), Some(status));
        }
        assert_eq!(Status::from_code(17), None);
        assert_eq!(
            Status::from_code(4).map(Status::name),
            Some("DEADLINE_EXCEEDED")
        );
        assert_eq!(Status::Unavailable.to_string(), "UNAVAILABLE");
        assert_eq!(Status::ResourceExhausted.http_status(), 429);
    }
}
