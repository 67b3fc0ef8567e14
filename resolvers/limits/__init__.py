"""In charge of limits: what a document may be and ask for, judged before anything is executed.

count its tokens → parse → measure it in one pass → judge; and where the values of variables
matter, with each request.
"""
