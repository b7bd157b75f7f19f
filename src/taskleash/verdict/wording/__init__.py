"""What a verdict says, in sentences that cite their proof."""
