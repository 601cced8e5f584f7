//! In which order parameters are signed.

use super::Row;
use crate::diagnosis::recipe::{Order, Sources};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "unsorted",
        description: "The parameters are not sorted.",
        advice: "Sort the encoded parameters by name, and by value where names are the same.",
        changes: &[
            |r| {
                r.parameters.order = Order::AsCollected;
            },
            |r| {
                r.parameters.order = Order::AsCollected;
                r.parameters.source = Sources::QueryProtocolForm;
            },
            |r| {
                r.parameters.order = Order::AsCollected;
                r.parameters.source = Sources::ProtocolQueryForm;
            },
            |r| {
                r.parameters.order = Order::AsCollected;
                r.parameters.protocol_sorted = true;
            },
            |r| {
                r.parameters.order = Order::AsCollected;
                r.parameters.protocol_sorted = true;
                r.parameters.source = Sources::QueryProtocolForm;
            },
            |r| {
                r.parameters.order = Order::AsCollected;
                r.parameters.protocol_sorted = true;
                r.parameters.source = Sources::ProtocolQueryForm;
            },
        ],
    },
    Row {
        id: "sorted-before-encoding",
        description: "The parameters are sorted before they are encoded.",
        advice: "Encode first, then sort.",
        changes: &[|r| r.parameters.order = Order::ByDecoded],
    },
    Row {
        id: "values-unsorted",
        description: "Parameters of one name are not sorted by their values.",
        advice: "Sort parameters of one name by their encoded values.",
        changes: &[|r| r.parameters.order = Order::ByNameOnly],
    },
    Row {
        id: "sorted-as-joined",
        description: "The parameters are sorted after name and value were joined, so that the equals \
                      sign counts.",
        advice: "Sort by name first, and by value only where names are the same.",
        changes: &[|r| r.parameters.order = Order::Joined],
    },
    Row {
        id: "sorted-without-case",
        description: "The parameters are sorted without regard to case.",
        advice: "Sort byte by byte: upper-case letters come before lower-case ones.",
        changes: &[|r| r.parameters.order = Order::WithoutCase],
    },
];
