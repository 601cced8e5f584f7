//! The contract to send a request: transports, limits, clocks, and the drivers of every flow.
