/// A signature that a service account made at Google, by [`Impersonation::sign_blob`](super::Impersonation::sign_blob).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlobSignature {
    /// The name of the key.
    pub key_id: String,
    /// The signature: RSA with SHA-256.
    pub signature: Vec<u8>,
}
