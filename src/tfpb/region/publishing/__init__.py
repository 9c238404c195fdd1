"""What a region writes: sheets, reports, packs, atlas."""
