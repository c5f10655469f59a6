"""How does a long task outlive the command, the terminal and the process that began it?"""
