"""The audit in the formats for people: score card, lifetimes, plan."""
