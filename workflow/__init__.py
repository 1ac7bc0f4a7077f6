"""Who may do what when: states, permissions, policies, sign-off and the event log."""
