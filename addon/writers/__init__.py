"""A skeleton's animation as the files of other programs: FBX takes, glTF clips, BVH, VRMA; no bpy."""
