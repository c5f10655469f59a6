"""Anchors: how do others call a site, and who chose the words?"""
