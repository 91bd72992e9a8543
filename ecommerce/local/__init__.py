"""The local runtime behind `bin/up` and `bin/test`: embedded servers and one supervisor for every process."""
