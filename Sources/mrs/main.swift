import Shell

MrsCommand.start()
