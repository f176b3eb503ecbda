"""HTTP calls that an app makes while it is tested: caught, answered, recorded, compared with its document."""
