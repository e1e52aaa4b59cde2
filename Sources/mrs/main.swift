print("mrs")
