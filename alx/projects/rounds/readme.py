"""README.txt of a round: one page for the one who labels."""

from alx.projects.store.project import Project
from alx.projects.store.state import Round

_MAPS = """\
WHAT TO DO
1. Open out/YOUR-NAME/worklist.csv: your cases, the most important first.
2. For each case open the image of imagesTr/ in ITK-SNAP, 3D Slicer or any other
   editor{draft}.
   Labels and colours: labels/itksnap.txt (ITK-SNAP), labels/slicer.ctbl or
   slicer.csv (3D Slicer).
     itksnap -g imagesTr/{uid}_0000{suffix} {seg} -l labels/itksnap.txt
3. Correct the label map and save it as
     out/YOUR-NAME/{uid}{suffix}{others}
   on the grid of the image, with whole numbers: {values}
4. A draft that is right as it is: save it there unchanged, or write accept in
   the column decision. To start anew: draw, save, and write redraw. Nothing to
   label: empty. Not able or not willing: skip, with the reason in comment.
{units}5. If you like, write the minutes it took in the column minutes.
"""
_UNITS = """\
   WHERE: the column units says which slices or boxes of a case are wanted, in
   voxels of the file, counted from 0; units/ has them as label maps. Only their
   voxels are taken; what you write elsewhere is not.
"""
_CLASSES = """\
WHAT TO DO
1. Open out/YOUR-NAME/worklist.csv in a spreadsheet: your cases, the most
   important first. sheet.html and sheet.png show all pictures; imagesTr/ has
   them whole.
2. Write the class of each picture in the column label, by name or by number:
     {values}
   The column draft has what a model says, where there was one. To agree, write
   the same, or accept in the column decision.
3. Not able or not willing: skip in decision, with the reason in comment.
4. Save as CSV, under the same name, in the same place.
"""
_REST = """\

WHERE TO WRITE
Only below out/YOUR-NAME/. Nothing there is ever edited, moved or deleted by a
program; change your mind and save again as often as you like. Do not rename
cases, and do not touch the images, drafts and labels.

WHEN YOU ARE DONE
Send the folder out/ back, or tell whoever runs the project:
  alx project import PROJECT
It says of every file whether it was accepted, and if not, why.

WHO READS: {readers}
Round {number}, {count} cases, asked for by {method}. {model}
"""


def text(project: Project, made: Round) -> str:
  """The page.

  Args:
    project: of the round.
    made: the round, with its tasks.
  """
  names = project.class_names
  first = made.tasks[0]
  suffix = ".nii.gz" if project.settings["kind"] == "volume" else ".png"
  drafts = any(t.shown for t in made.tasks)
  values = ", ".join(f"{i} = {name}" for i, name in enumerate(names))
  page = (_MAPS if project.segments else _CLASSES).format(
    uid=first.name,
    suffix=suffix,
    values=values,
    units=_UNITS if any(t.units for t in made.tasks) else "",
    others=" (or .nrrd, .seg.nrrd)" if suffix == ".nii.gz" else "",
    draft=(
      ", with its draft of drafts/ if it has one" if drafts else ", and draw"
    ),
    seg=f"-s drafts/{first.uid}{suffix}" if drafts else "",
  )
  readers = ", ".join(dict.fromkeys(t.reader for t in made.tasks))
  model = f"Drafts are by model v{made.model:03d}." if made.model else ""
  return page + _REST.format(
    readers=readers,
    number=made.number,
    count=len({task.name for task in made.tasks}),
    method=made.method,
    model=model,
  )
