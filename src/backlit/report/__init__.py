"""What do we tell people: charts, audits, documents, exports?"""
