//! Test helpers of the workspace.
