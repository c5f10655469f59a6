"""Are the links that we know of still there, and do the pages that are said to link really do?"""
