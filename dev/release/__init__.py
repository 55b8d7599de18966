"""What becomes of a commit: zips, wheel, checksums, licences, bill of materials, repository of extensions."""
