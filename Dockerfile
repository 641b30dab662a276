# A local COS in a container, with the function beside it:
#   docker build -t cosbatch-standin .
#   docker run --rm -p 8930:8930 cosbatch-standin
FROM python:3.12-slim
WORKDIR /cosbatch
COPY . .
RUN pip install --no-cache-dir .
CMD ["cosbatch", "standin", "--host", "0.0.0.0", "--port", "8930"]
