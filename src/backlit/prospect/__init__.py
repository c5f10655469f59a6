"""Where could more links come from? Who links to others, and what would a link of theirs be worth?"""
